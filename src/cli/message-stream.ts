import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { CommandError } from './failure.ts';
import { fileProblem, readInput } from './read-input.ts';

/** Bytes of one message of a file, or of all of it; `part` says which. */
export interface MessageBytes {
  readonly part: string;
  readonly bytes: Uint8Array;
}

/** Files up to here are read in one go. */
const WHOLE_BYTES = 32 * 1024 * 1024;
/** As a message may have at most: a line, or what stands behind a length. */
const MAX_MESSAGE_BYTES = 512 * 1024 * 1024;

/**
 * The messages of a file, one after another. A file of at most 32 MB is read as a whole; a larger one is not held where it has
 * a message on each line, or each behind its length (4 bytes, big-endian), as the Collector's file exporter writes. Throws a
 * {@link CommandError} in one line.
 */
export async function* messagesOf(path: string, size: number): AsyncIterable<MessageBytes> {
  if (size <= WHOLE_BYTES) {
    const bytes = await readInput(path);
    if (framingOf(bytes) === 'lengths')
      yield* numbered(path, lengthsOf([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]));
    else yield { part: '', bytes };
    return;
  }
  const { isGzip, framing } = await look(path);
  if (framing === 'whole') yield { part: '', bytes: await readInput(path) };
  else yield* numbered(path, (framing === 'lines' ? linesOf : lengthsOf)(chunksOf(path, isGzip)));
}

async function* numbered(path: string, messages: AsyncIterable<Uint8Array>): AsyncIterable<MessageBytes> {
  let part = 0;
  try {
    for await (const bytes of messages) {
      part++;
      if (bytes.length > 0) yield { part: `message ${part}`, bytes };
    }
  } catch (thrown) {
    if (thrown instanceof CommandError) throw thrown;
    throw new CommandError(`${path}: ${fileProblem(thrown)}`, { cause: thrown });
  }
}

type Framing = 'whole' | 'lines' | 'lengths';

async function look(path: string): Promise<{ isGzip: boolean; framing: Framing }> {
  try {
    const start = await startOf(chunksOf(path, false), 5);
    const isGzip = start[0] === 0x1f && start[1] === 0x8b;
    return { isGzip, framing: framingOf(isGzip ? await startOf(chunksOf(path, true), 5) : start) };
  } catch (thrown) {
    throw new CommandError(`${path}: ${fileProblem(thrown)}`, { cause: thrown });
  }
}

/** Profiles and dictionary, the fields that a message of OTLP has. */
const OTLP_TAGS = [0x0a, 0x12];

function framingOf(head: Uint8Array): Framing {
  // No message begins with a byte below 8: that would be field 0. A length does, up to 128 MB.
  if (head.length >= 5 && head[0]! < 8 && OTLP_TAGS.includes(head[4]!)) return 'lengths';
  return head[0] === 0x7b ? 'lines' : 'whole';
}

async function startOf(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  let start = Buffer.alloc(0);
  for await (const chunk of chunks) {
    start = Buffer.concat([start, chunk]);
    if (start.length >= length) break;
  }
  return start.subarray(0, length);
}

async function* chunksOf(path: string, isGzip: boolean): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  if (!isGzip) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1024 * 1024 });
  file.on('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}

const LINE_FEED = 0x0a;

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield trimmed(Buffer.concat([...pieces, chunk.subarray(from, end)]));
      pieces = [];
      length = 0;
      from = end + 1;
    }
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    checkLength(length);
  }
  yield trimmed(Buffer.concat(pieces));
}

function trimmed(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

async function* lengthsOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncIterable<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  let wanted = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    length += chunk.length;
    if (length < wanted) continue;
    held = Buffer.concat(pieces);
    let at = 0;
    for (wanted = nextLength(held, at); at + wanted <= held.length; wanted = nextLength(held, at)) {
      yield held.subarray(at + 4, at + wanted);
      at += wanted;
    }
    pieces = [held.subarray(at)];
    length = held.length - at;
  }
  if (length > 0) throw new Error(`it ends within a message: ${length} bytes of ${wanted}`);
}

/** Of the message at a place, with its length. */
function nextLength(bytes: Buffer, at: number): number {
  if (bytes.length - at < 4) return 5;
  const length = bytes.readUInt32BE(at);
  checkLength(length);
  return 4 + length;
}

function checkLength(length: number): void {
  if (length > MAX_MESSAGE_BYTES) throw new Error(`a message of more than ${MAX_MESSAGE_BYTES} bytes`);
}
