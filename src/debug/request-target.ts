import type { IncomingMessage } from 'node:http';
import { printable } from '../base/errors.ts';
import { RequestError } from './request-error.ts';

const METHODS = ['GET', 'HEAD'];

/** The query of a request for `path`; Express cuts that off where it is mounted. Throws a 404 for any other path. */
export function parametersOf(request: IncomingMessage, path: string): URLSearchParams {
  const { url = '/', originalUrl } = request as IncomingMessage & { readonly originalUrl?: string };
  const [requested = '', ...query] = url.split('?');
  const isMounted = originalUrl !== undefined && originalUrl !== url;
  if (isMounted ? requested !== '/' : requested !== path && requested !== `${path}/`) {
    const hint = isMounted ? '' : `, the tasks are at ${path}`;
    throw new RequestError(404, `there is nothing at ${printable(originalUrl ?? url)}${hint}`);
  }
  return new URLSearchParams(query.join('?'));
}

/** Whether a browser is to show what it gets in place of a page: a link was followed, wherever that was. */
export function isNavigation({ method, headers }: IncomingMessage): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  return method === 'GET' && mode === 'navigate' && destination === 'document';
}

/** Throws a 403 for what a page of another site asks for, as its browser tells. Whoever is no browser tells nothing. */
export function refuseOtherSites({ headers: { 'sec-fetch-site': site } }: IncomingMessage): void {
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new RequestError(403, `requests of web pages must be of this one, got Sec-Fetch-Site ${printable(site)}`);
}

export function checkMethod(method: string | undefined): void {
  if (METHODS.includes(method ?? '')) return;
  throw new RequestError(405, `the method must be one of ${METHODS.join(', ')}, got ${printable(method)}`, {
    Allow: METHODS.join(', '),
  });
}
