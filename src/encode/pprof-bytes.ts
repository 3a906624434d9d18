import { gunzipSync } from 'node:zlib';
import { printable, toError } from '../base/errors.ts';
import { InvalidPprofError } from './invalid-pprof.ts';

const MAX_BYTES = 512 * 1024 * 1024;
const TEXT_START = /^[\t\r\n\x20-\x7e]{16}/;

/** The protobuf message of a pprof file, which may be gzip-ed or not. Throws an {@link InvalidPprofError}. */
export function uncompressedPprof(bytes: Uint8Array): Uint8Array {
  const message = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes) : bytes;
  if (message.length === 0) throw new InvalidPprofError('it is empty');
  const start = Buffer.from(message.buffer, message.byteOffset, Math.min(message.length, 40)).toString('latin1');
  // The text forms of Go (`debug=1`) and JSON are taken for pprof now and then. A pprof has control characters.
  if (TEXT_START.test(start)) throw new InvalidPprofError(`it is text: ${printable(start)}`);
  return message;
}

function gunzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (thrown) {
    const { code, message } = toError(thrown) as NodeJS.ErrnoException;
    const tooLarge = code === 'ERR_BUFFER_TOO_LARGE';
    const problem = tooLarge ? `more than ${MAX_BYTES} bytes uncompressed` : `broken gzip: ${message}`;
    throw new InvalidPprofError(problem, { cause: thrown });
  }
}
