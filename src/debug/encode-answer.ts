import type { Answer, ResourceSource } from './answers.ts';
import { bytesInSlices } from './in-slices.ts';
import { RequestError } from './request-error.ts';

/**
 * The bytes of an answer, in pieces.
 *
 * @throws RequestError a 422 where they would be more than `maxBytes`
 * @throws Error the reason of `signal` once that is aborted
 */
export async function encodeAnswer<Content>(
  { steps, encode }: Answer<Content>,
  content: Content,
  resource: ResourceSource,
  maxBytes: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  let bytes = 0;
  const count = (added: number): void => {
    signal.throwIfAborted();
    bytes += added;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
  };
  signal.throwIfAborted();
  const texts = steps?.(content);
  if (texts !== undefined) return bytesInSlices(texts, count);
  const encoded = Buffer.from((await encode?.(content, resource)) ?? '');
  count(encoded.length);
  return [encoded];
}

function tooLarge(maxBytes: number): RequestError {
  return new RequestError(
    422,
    `the answer is longer than maxResponseBytes (${maxBytes}): ask for fewer tasks with a filter, or for less time`,
  );
}
