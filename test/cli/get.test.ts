import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { DebugEndpoint } from '../support/debug-endpoint.ts';
import { hasTerminals, taskprof, TerminalRun } from '../support/taskprof-command.ts';

describe('taskprof get', () => {
  let endpoint: DebugEndpoint;
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(async () => {
    endpoint = new DebugEndpoint();
    await endpoint.start();
    folder = await mkdtemp(join(tmpdir(), 'taskprof-get-'));
  });
  afterEach(async () => {
    await endpoint.stop();
    await rm(folder, { recursive: true });
  });

  const endings: [string, string][] = [
    ['tasks.pb.gz', '?format=pprof'],
    ['tasks.pprof', '?format=pprof'],
    ['tasks.otlp.pb', '?format=otlp'],
    ['tasks.json', '?format=otlp-json'],
    ['tasks.otlp.json', '?format=otlp-json'],
    ['tasks.snapshot.json', '?format=json'],
    ['tasks.folded', '?format=folded'],
    ['tasks.txt', '?debug=1'],
  ];
  for (const [name, parameters] of endings) {
    it(`asks for ${parameters} where the file is called ${name}`, async () => {
      const { stdout, stderr, exitCode } = await taskprof(['get', endpoint.host, '-o', at(name)]);
      assert.deepEqual([stdout, stderr, exitCode], ['', '', 0]);
      assert.equal(endpoint.lastParameters, parameters);
      assert.ok((await readFile(at(name))).length > 10);
      assert.deepEqual(await readdir(folder), [name]);
    });
  }

  it('writes just what the endpoint answers', async () => {
    await taskprof(['get', endpoint.host, '-o', at('tasks.otlp')]);
    assert.equal(otlpToProfiles(await readFile(at('tasks.otlp'))).messages[0]!.profiles[0]!.samples.length, 1);
    const { bytes } = await taskprof(['get', endpoint.host]);
    assert.equal(pprofToProfiles(bytes).data.profiles[0]!.samples[0]!.value, 3);
  });

  it('takes --format before the ending, and has texts of both kinds', async () => {
    await taskprof(['get', endpoint.host, '-o', at('tasks.pb.gz'), '--format', 'folded']);
    assert.equal(await readFile(at('tasks.pb.gz'), 'utf8'), 'handle;query;Pool.connect 3\n');
    assert.equal((await taskprof(['get', endpoint.host, '--format', 'text'])).stdout, 'grouped by stack\n');
    assert.equal((await taskprof(['get', endpoint.host, '--format', 'tasks'])).stdout, 'one after another\n');
  });

  it('asks for an interval, and waits for it', async () => {
    endpoint.answer = (_, response) => void setTimeout(() => response.writeHead(200).end('late'), 400);
    const args = ['get', endpoint.host, '--seconds', '30', '--timeout', '0.3', '--label', 'a=b'];
    const { stdout } = await taskprof(args);
    assert.equal(endpoint.lastParameters, '?format=pprof&seconds=30&label=a%3Db');
    assert.equal(stdout, 'late');
  });

  it('does not save a web page, nothing, or half of an answer', async () => {
    const answers: [typeof endpoint.answer, RegExp][] = [
      [
        (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
        /it answered with a web page/,
      ],
      [(_, response) => response.writeHead(200).end(), /its answer is empty/],
      [
        (_, response) => response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy()),
        /closed without a whole/,
      ],
    ];
    for (const [answer, message] of answers) {
      endpoint.answer = answer;
      const { stderr, exitCode } = await taskprof(['get', endpoint.host, '-o', at('tasks.pb.gz')]);
      assert.match(stderr, message);
      assert.equal(exitCode, 1);
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it('writes no bytes to a terminal', async function () {
    if (!hasTerminals) this.skip();
    const run = new TerminalRun(['get', endpoint.host]);
    assert.deepEqual(await run.end(), { exit: 2, isRestored: true });
    assert.match(run.raw, /^taskprof: pprof is no text for a terminal; give a file with -o/);
    assert.equal(endpoint.requests.length, 0);
  });
});
