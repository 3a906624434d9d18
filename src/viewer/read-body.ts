import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { printable, toError } from '../base/errors.ts';
import { RequestError } from '../debug/request-error.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';

/** Bytes of all requests that are read at one time. */
const MAX_UNDER_WAY_BYTES = 4 * MAX_REQUEST_BYTES;

const tooLarge = (what: string): RequestError =>
  new RequestError(413, `the request has more than ${MAX_REQUEST_BYTES} bytes${what}`, { Connection: 'close' });

/** Reads bodies of requests, so many at a time that memory has room for them. */
export class BodyReader {
  #bytes = 0;

  /** The body without its compression. Throws a {@link RequestError}. */
  async read(request: IncomingMessage): Promise<Uint8Array> {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip') {
      throw new RequestError(415, `Content-Encoding must be gzip or identity, got ${printable(encoding)}`);
    }
    if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) throw tooLarge('');
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length;
        this.#bytes += chunk.length;
        if (length > MAX_REQUEST_BYTES) throw tooLarge('');
        if (this.#bytes > MAX_UNDER_WAY_BYTES) {
          throw new RequestError(503, 'too many requests at once', { 'Retry-After': '1', Connection: 'close' });
        }
        chunks.push(chunk);
      }
      const body = Buffer.concat(chunks);
      return encoding === 'gzip' ? uncompressed(body) : body;
    } finally {
      this.#bytes -= length;
    }
  }
}

/** In one go: what is uncompressed is a hundred times as large, and only one body at a time may be. */
function uncompressed(body: Buffer): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_REQUEST_BYTES });
  } catch (thrown) {
    const { code, message } = toError(thrown) as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(' uncompressed');
    throw new RequestError(400, `broken gzip: ${message}`);
  }
}
