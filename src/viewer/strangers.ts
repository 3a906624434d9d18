import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { printable } from '../base/errors.ts';
import { isLoopback } from '../config/debug-endpoint.ts';
import { RequestError } from '../debug/request-error.ts';
import { refuseOtherSites } from '../debug/request-target.ts';

/**
 * Throws a 403 for what a web page of somebody else may have sent: one that has a name of its own resolve to this machine is told by that name
 * (`Host`), one that sends to an address by where it comes from (`Origin`, `Sec-Fetch-Site`). Whoever is no browser sends neither.
 * `isLinked` is what pages of others may link to: they do not see what their reader is shown.
 */
export function refuseStrangers(request: IncomingMessage, allowedHosts: readonly string[], isLinked = false): void {
  const { host, origin } = request.headers;
  const name = host === undefined ? undefined : hostnameOf(`http://${host}`);
  if (host !== undefined && (name === undefined || !isAllowed(name, allowedHosts))) {
    throw new RequestError(
      403,
      `Host must be an address, localhost, or allowed by --allow-host, got ${printable(host)}`,
    );
  }
  if (origin !== undefined && origin !== `http://${host ?? ''}`) {
    throw new RequestError(403, `requests of web pages must be of this one, got the Origin ${printable(origin)}`);
  }
  if (!isLinked) refuseOtherSites(request);
}

// An address can't be made to resolve to another.
function isAllowed(name: string, allowedHosts: readonly string[]): boolean {
  return isLoopback(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || allowedHosts.includes(name);
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
