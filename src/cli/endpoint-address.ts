import { UsageError } from './failure.ts';

/** Where a process is asked for its tasks. */
export interface EndpointAddress {
  readonly url: URL;
  /** A Unix domain socket to reach it by, in place of the URL's host and port. */
  readonly socketPath?: string;
  /** How messages call it. */
  readonly name: string;
}

export const ENDPOINT_PATH = '/debug/tasks';

/** Whether an argument is a URL and not the name of a file: `http://host`, `localhost:6060`, `10.0.0.7:80/debug`. */
export function isUrl(text: string): boolean {
  return (
    /^https?:/i.test(text) || /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}(\/|\?|$)/i.test(text) || /^localhost(\/|$)/i.test(text)
  );
}

/** A URL without a path gets the debug endpoint's, one without a scheme is plain HTTP. Throws a {@link UsageError}. */
export function endpointAddress(text: string): EndpointAddress {
  const full = /^https?:/i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) throw new UsageError(`"${text}" is no URL`);
  const url = new URL(full);
  url.hash = '';
  if (url.pathname === '/') url.pathname = ENDPOINT_PATH;
  return { url, name: `${url.protocol}//${url.host}${url.pathname}` };
}
