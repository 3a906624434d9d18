import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { messagesOf } from '../../src/cli/message-stream.ts';

/** Files of that size are not held as a whole. */
const LARGE = 2 ** 40;

const behindLengths = (...messages: readonly Buffer[]): Buffer =>
  Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      return [length, message];
    }),
  );

/** As a message of OTLP begins. */
const message = (text: string): Buffer => Buffer.from(`\x0a${text}`);

describe('the messages of a file', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-messages-'))));
  after(() => rmSync(folder, { recursive: true }));

  async function read(bytes: Uint8Array | string, size: number): Promise<(readonly [string, string])[]> {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    const found: (readonly [string, string])[] = [];
    for await (const { part, bytes: one } of messagesOf(path, size)) found.push([part, Buffer.from(one).toString()]);
    return found;
  }

  // Longer than what is read at once.
  const long = `{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`;
  const lines = `{"n":1}\n${long}\r\n\n{"n":2}`;

  for (const [kind, packed] of [
    ['plain', Buffer.from(lines)],
    ['gzip-ed', gzipSync(lines)],
  ] as const) {
    it(`are the lines of a large file, without what ends them: ${kind}`, async () => {
      assert.deepEqual(await read(packed, LARGE), [
        ['message 1', '{"n":1}'],
        ['message 2', long],
        ['message 4', '{"n":2}'],
      ]);
    });
  }

  const bytes = behindLengths(message('one'), message(long), message('two'));
  for (const [kind, packed, size] of [
    ['large', bytes, LARGE],
    ['large and gzip-ed', gzipSync(bytes), LARGE],
    ['small', bytes, bytes.length],
  ] as const) {
    it(`are what stands behind lengths: ${kind}`, async () => {
      assert.deepEqual(await read(packed, size), [
        ['message 1', '\x0aone'],
        ['message 2', `\x0a${long}`],
        ['message 3', '\x0atwo'],
      ]);
    });
  }

  it('are one where it is of another kind, and where a small file has lines: who reads it tells them apart', async () => {
    assert.deepEqual(await read('\x0a\x0bprotobuf', LARGE), [['', '\x0a\x0bprotobuf']]);
    assert.deepEqual(await read('{"n":1}\n{"n":2}', 15), [['', '{"n":1}\n{"n":2}']]);
  });

  it('are refused where the file ends within one, or says that one is larger than any may be', async () => {
    const cut = bytes.subarray(0, -1);
    await assert.rejects(read(cut, LARGE), { message: `${folder}/file: it ends within a message: 7 bytes of 8` });
    const huge = Buffer.concat([behindLengths(message('one')), Buffer.from([0x40, 0, 0, 0, 0x0a])]);
    await assert.rejects(read(huge, LARGE), { message: `${folder}/file: a message of more than 536870912 bytes` });
  });

  it('are refused in one line where the file can not be read, or is cut off', async () => {
    const missing = join(folder, 'missing');
    await assert.rejects(messagesOf(missing, LARGE)[Symbol.asyncIterator]().next(), {
      name: 'CommandError',
      message: `${missing}: there is no such file`,
    });
    await assert.rejects(read(gzipSync(lines).subarray(0, -20), LARGE), {
      message: /^.*file: .*unexpected end of file/,
    });
  });
});
