import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from './request-error.ts';

/** Checks the `Authorization` header of a request against a bearer token; throws a 401. */
export type Authorization = (header: string | undefined) => void;

/** Everybody may ask where there is no token. */
export function authorizationBy(token: string | undefined): Authorization {
  if (token === undefined) return () => undefined;
  const expected = digest(token);
  return (header) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(header?.trim() ?? '') ?? [];
    // Digests have one length, so that the time that it takes tells nothing, not even how long the token is.
    if (timingSafeEqual(digest(given ?? ''), expected)) return;
    throw new RequestError(401, given === undefined ? 'a bearer token is needed' : 'the bearer token is wrong', {
      'WWW-Authenticate': 'Bearer realm="otel-taskprof"',
    });
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
