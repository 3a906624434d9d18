import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { encodeOtlpJson, encodeOtlpProtobuf, profilesToPprof } from '../../src/index.ts';
import type { Overview } from '../../src/viewer/page-data.ts';
import { COMMAND } from '../support/entry-points.ts';
import { plainEnvironment, taskprof } from '../support/taskprof-command.ts';
import { messageOf, tasks, tasksAt, traceJson } from '../viewer/viewer-data.ts';

/** The command while it runs: what it printed until it listens, and how it ends. */
async function running(args: readonly string[], node: readonly string[] = []) {
  const child = spawn(process.execPath, [...node, COMMAND, 'view', '--port', '0', ...args], {
    env: plainEnvironment(),
  });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  let problems = '';
  child.stderr.on('data', (data: Buffer) => (problems += data.toString()));
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line === 'Ctrl-C ends.') break;
  }
  assert.equal(problems, '');
  const url = /^Page: (http:\S+)\/$/.exec(lines[0] ?? '')?.[1];
  return {
    lines,
    overview: async (): Promise<Overview> => (await (await fetch(`${url}/api/overview`)).json()) as Overview,
    async stop() {
      child.kill('SIGINT');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

describe('taskprof view', () => {
  let folder: string;
  const file = (name: string, content: Uint8Array | string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const message = messageOf('shop', tasksAt(0, tasks(3, 'acquire handle')));

  before(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-view-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('shows files of every format, old ones as well, until it is interrupted', async () => {
    const otlp = encodeOtlpProtobuf(message);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(otlp.length);
    const run = await running([
      '--no-grpc',
      file('raw.otlp.pb', otlp),
      file('prefixed.pb', Buffer.concat([length, otlp, length, otlp])),
      file('both.jsonl', `${Buffer.from(encodeOtlpJson(message)).toString()}\n${traceJson()}\n`),
      file('tasks.pb.gz', profilesToPprof(message)[0]!),
      file('stacks.folded', 'main;handle 4\n'),
    ]);
    const { profiles, traces, services } = await run.overview();
    assert.deepEqual([profiles, traces, services], [6, 1, ['', 'shop']]);
    assert.equal(await run.stop(), 0);
  });

  it('shows a file of many messages, and names one with a message that is too large', async () => {
    const noted = { ...tasksAt(0), attributes: { note: 'x'.repeat(4_000) } };
    const messageWith = (length: number): Uint8Array =>
      encodeOtlpProtobuf({ ...message, profiles: Array.from({ length }, () => noted) });
    const framed = (bytes: Uint8Array): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    // Each a quarter of what one may add.
    const one = framed(messageWith(4_000));
    const run = await running(['--no-grpc', file('many.pb', Buffer.concat(Array.from({ length: 5 }, () => one)))]);
    assert.equal((await run.overview()).profiles, 20_000);
    assert.equal(await run.stop(), 0);
    const { exitCode, stderr } = await taskprof([
      ...['view', '--port', '0', '--no-grpc'],
      file('huge.pb', messageWith(20_000)),
    ]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /huge\.pb: the message would fill more than 64 MiB of the store/);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  });

  it('keeps what it has in a file', async () => {
    const data = join(folder, 'kept.db');
    const first = await running(['--no-grpc', '--data', data, file('again.pb', encodeOtlpProtobuf(message))]);
    assert.equal(await first.stop(), 0);
    const second = await running(['--no-grpc', '--data', data, '--max-age', '100000d']);
    assert.equal((await second.overview()).profiles, 1);
    assert.equal(await second.stop(), 0);
  });

  it('receives over gRPC as well, and says so where the package for that is missing', async () => {
    const both = await running(['--grpc-port', '0']);
    assert.match(both.lines[1]!, /http:\/\/127\.0\.0\.1:\d+ \(grpc\)$/);
    assert.equal((await both.overview()).receivers.length, 2);
    await both.stop();
    const hide = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) { if (name === '@grpc/grpc-js') throw new Error('not found'); return next(name, context); } });`;
    const preload = file('hide.mjs', hide);
    const alone = await running(['--grpc-port', '0'], ['--import', preload]);
    assert.match(
      alone.lines.join('\n'),
      /Not over gRPC: OTLP over gRPC needs the package @grpc\/grpc-js, which is not installed/,
    );
    await alone.stop();
  });

  it('says what is wrong with a file, a port, a database', async () => {
    const run = await running(['--no-grpc']);
    const port = new URL(/http:\S+/.exec(run.lines[0]!)![0]).port;
    const other = file('other.db', 'neither a database nor anything else that would be of use here, but text');
    for (const [args, problem] of [
      [[join(folder, 'missing')], /missing: there is no such file/],
      [
        [file('broken.jsonl', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz"}]}]}]}')],
        /broken\.jsonl: not an OTLP message: span 0: traceId must be 16 bytes/,
      ],
      [[file('empty.json', '{"resourceSpans":[]}')], /empty\.json: there is neither a profile nor a span in it/],
      [['--port', port, '--no-grpc'], /a port is in use already .*; --port and --grpc-port take others/],
      [['--data', other, '--port', '0', '--no-grpc'], /other\.db: file is not a database/],
    ] as const) {
      const { exitCode, stderr } = await taskprof(['view', ...args]);
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, problem);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
    await run.stop();
  });

  it('says so where Node.js has no SQLite', async () => {
    const { exitCode, stderr } = await taskprof(['view', '--port', '0', '--no-grpc'], {
      env: { NODE_OPTIONS: '--no-experimental-sqlite' },
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /the viewer needs node:sqlite, which v\d+\S+ of Node\.js lacks here/);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  });

  for (const [args, problem] of [
    [['--port', '70000'], /--port <n>.*whole number from 0 to 65535/],
    [['--max-age', '3'], /--max-age <age>.*30m, 24h, 7d/],
    [['--max-size', '1'], /--max-size <size>.*512M, 2G/],
  ] as const) {
    it(`says how ${args.join(' ')} should be`, async () => {
      const { exitCode, stderr } = await taskprof(['view', ...args]);
      assert.equal(exitCode, 2);
      assert.match(stderr, problem);
    });
  }
});
