import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DebugEndpoint, refuse, taskSample, taskSnapshot } from '../support/debug-endpoint.ts';
import { frame } from '../support/profiles-data.ts';
import { taskprof } from '../support/taskprof-command.ts';

const README = new URL('../../README.md', import.meta.url);

describe('taskprof ps URL', () => {
  let endpoint: DebugEndpoint;

  beforeEach(async () => {
    endpoint = new DebugEndpoint();
    await endpoint.start();
  });
  afterEach(() => endpoint.stop());

  it('prints a tree by callers, the most tasks first', async () => {
    const [connect, query, handle] = taskSample().stack;
    endpoint.snapshot = taskSnapshot(
      taskSample({ tasks: 3, labels: { tenant: 'acme' } }),
      taskSample({ tasks: 9, labels: { tenant: 'globex' } }),
      taskSample({ stack: [frame('sleep'), frame('poll'), handle!], tasks: 4, oldestWaitMillis: 20 }),
      taskSample({ stack: [connect!, query!, frame('cron')], tasks: 20.5, standardError: 5, oldestWaitMillis: 90_000 }),
    );
    const { stdout, stderr, exitCode } = await taskprof(['ps', endpoint.host]);
    assert.equal(
      stdout,
      `36.5 tasks parked
2026-09-21T14:13:20.123Z, each task at its own moment, every task seen

  TASKS    SHARE     OLDEST  CALLS
20.5 ±5   56.2 %    1.5 min  cron  app/pool.js:4
                             await in query  app/pool.js:5
                             waits for Pool.connect  pg-pool/index.js:12
     16   43.8 %     1.50 s  handle  app/pool.js:6
     12   32.9 %     1.50 s  ├─ await in query  app/pool.js:5
                             │  waits for Pool.connect  pg-pool/index.js:12
                             │  {tenant=globex 75 %, tenant=acme 25 %}
      4   11.0 %      20 ms  └─ await in poll  app/pool.js:4
                                waits for sleep  app/pool.js:5
`,
    );
    assert.deepEqual([stderr, exitCode], ['', 0]);
    assert.equal(endpoint.lastParameters, '?format=json');
    assert.ok(readFileSync(README, 'utf8').includes(stdout), 'the README shows it');
  });

  it('prints a line for each stack with --flat, in the order and number that are asked for', async () => {
    endpoint.snapshot = taskSnapshot(
      ...Array.from({ length: 5 }, (_, i) =>
        taskSample({ stack: [frame(`parked${i}`)], awaitIndex: 0, tasks: 5 - i, oldestWaitMillis: i * 1_000 }),
      ),
    );
    const { stdout } = await taskprof(['ps', endpoint.host, '--flat', '--sort', 'oldest', '--limit', '2']);
    assert.deepEqual(stdout.split('\n').slice(4), [
      '      1    6.7 %     4.00 s  await in parked4  app/pool.js:7',
      '      2   13.3 %     3.00 s  await in parked3  app/pool.js:7',
      '     12   80.0 %             in 3 more stacks',
      '',
    ]);
  });

  it('prints JSON, stacks leaf first', async () => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    endpoint.snapshot = taskSnapshot(taskSample({ tasks: 1 }), taskSample({ labels: { tier: 2 }, span }));
    const { stdout } = await taskprof(['ps', endpoint.host, '--json']);
    const { stacks, ...head } = JSON.parse(stdout) as { stacks: { stack: { functionName: string }[] }[] };
    assert.deepEqual(head, {
      type: 'tasks',
      unit: 'count',
      service: null,
      timeUnixNano: '1790000000123456789',
      consistency: 'slices',
      total: 4,
      standardError: 0,
      samplingProbability: 1,
      dropped: 0,
    });
    const [{ stack, ...first }] = stacks as [{ stack: { functionName: string }[] }];
    assert.deepEqual(
      stack.map(({ functionName }) => functionName),
      ['Pool.connect', 'query', 'handle'],
    );
    assert.deepEqual(first, {
      value: 3,
      share: 0.75,
      standardError: 0,
      oldestWaitMillis: 1500,
      labels: { tier: 2 },
      span,
      awaitIndex: 1,
    });
  });

  it('asks with all filters, under the names of the endpoint', async () => {
    await taskprof([
      'ps',
      `http://${endpoint.host}/debug/tasks?kept=1`,
      ...['--min-wait', '250', '--max-tasks', '64', '--label', 'a=1', '--label', 'b=x=y', '--pinned-label', 'c=d'],
      ...['--trace-id', '0AF7651916CD43DD8448EB211C80319C', '--matching', '^a&b', '--consistency', 'moment'],
    ]);
    assert.deepEqual(
      [...endpoint.requests[0]!.url.searchParams],
      [
        ['kept', '1'],
        ['format', 'json'],
        ['maxTasks', '64'],
        ['minWaitMillis', '250'],
        ['label', 'a=1'],
        ['label', 'b=x=y'],
        ['pinnedLabel', 'c=d'],
        ['traceId', '0af7651916cd43dd8448eb211c80319c'],
        ['matching', '^a&b'],
        ['consistency', 'moment'],
      ],
    );
  });

  it('sends the token of --token, or of TASKPROF_TOKEN', async () => {
    await taskprof(['ps', endpoint.host, '--token', 'one'], { env: { TASKPROF_TOKEN: 'two' } });
    await taskprof(['ps', endpoint.host], { env: { TASKPROF_TOKEN: 'two' } });
    await taskprof(['ps', endpoint.host]);
    assert.deepEqual(
      endpoint.requests.map(({ authorization }) => authorization),
      ['Bearer one', 'Bearer two', undefined],
    );
  });

  it('shows 10,000 samples, stacks of 20,000 frames, and forks below forks without an end', async function () {
    this.timeout(60_000);
    const deep = Array.from({ length: 20_000 }, (_, i) => ({ ...frame('descend'), line: i + 1 }));
    const forks = Array.from({ length: 500 }, (_, i) => taskSample({ stack: deep.slice(-i - 1), awaitIndex: 0 }));
    const wide = Array.from({ length: 10_000 }, (_, i) =>
      taskSample({ stack: [{ ...frame('at'), line: i + 1 }, ...deep.slice(-20)], awaitIndex: 0 }),
    );
    endpoint.snapshot = taskSnapshot(taskSample({ stack: deep, awaitIndex: 0 }), ...forks, ...wide);
    const { stdout, exitCode } = await taskprof(['ps', endpoint.host]);
    const lines = stdout.split('\n');
    assert.equal(exitCode, 0);
    assert.ok(lines.length > 30_000 && lines.length < 60_000, `${lines.length} lines`);
    assert.ok(Math.max(...lines.map((line) => line.length)) < 300);
    const json = await taskprof(['ps', endpoint.host, '--json']);
    assert.equal((JSON.parse(json.stdout) as { stacks: unknown[] }).stacks.length, 10_501);
  });

  it('replaces what would steer a terminal', async () => {
    endpoint.snapshot = taskSnapshot(
      taskSample({ stack: [frame('a\x1b[2J\u202eb')], awaitIndex: 0, labels: { k: '\x07' } }),
    );
    const { stdout } = await taskprof(['ps', endpoint.host]);
    assert.match(stdout, /await in a\ufffd\[2J\ufffdb/);
    assert.match(stdout, /\{k=\ufffd\}/);
  });

  it('says so where no task is parked', async () => {
    endpoint.snapshot = taskSnapshot();
    const { stdout, exitCode } = await taskprof(['ps', endpoint.host]);
    assert.match(stdout, /^0 tasks parked\n.*\n\nNo task is parked.\n$/);
    assert.equal(exitCode, 0);
  });

  const refusals: [number, string, RegExp][] = [
    [400, 'minWaitMillis must be a number, got "x"', /answered 400: minWaitMillis must be a number, got "x"\n/],
    [401, 'a token is needed', /answered 401: a token is needed: give its token by TASKPROF_TOKEN or --token\n/],
    [429, 'another request is under way', /answered 429: another request is under way\n/],
    [503, 'profiling is off', /answered 503: profiling is off\n/],
  ];
  for (const [status, text, message] of refusals) {
    it(`tells in one line what the endpoint says with ${status}`, async () => {
      endpoint.answer = (_, response) => refuse(response, status, text);
      const { stdout, stderr, exitCode } = await taskprof(['ps', endpoint.host]);
      assert.match(stderr, message);
      assert.match(stderr, /^taskprof: http:\/\/127\.0\.0\.1:\d+\/debug\/tasks answered [^\n]+\n$/);
      assert.deepEqual([stdout, exitCode], ['', 1]);
    });
  }

  it('tells that there is no endpoint at another path', async () => {
    const { stderr, exitCode } = await taskprof(['ps', `http://${endpoint.host}/other`]);
    assert.match(stderr, /\/other answered 404: nothing at \/other\n/);
    assert.equal(exitCode, 1);
  });

  it('tells what a status means where the answer is no text of the endpoint', async () => {
    const told: string[] = [];
    for (const status of [401, 404, 429, 502]) {
      endpoint.answer = (_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
      told.push((await taskprof(['ps', endpoint.host, '--token', 'x'])).stderr.replace(/^.* answered /, ''));
    }
    assert.deepEqual(told, [
      '401: the token that was given is not its token\n',
      '404: no debug endpoint is there; give its whole URL if it is mounted elsewhere\n',
      '429: try again later\n',
      '502\n',
    ]);
  });

  it('tells that what answers is no endpoint', async () => {
    for (const [type, body] of [
      ['text/html', '<html>'],
      ['application/json', '{"a":1}'],
      ['application/json', '{"totalTasks":1,"samples":[{"stack":[{"line":"x"}]}]}'],
    ] as const) {
      endpoint.answer = (_, response) => response.writeHead(200, { 'content-type': type }).end(body);
      const { stderr, exitCode } = await taskprof(['ps', endpoint.host]);
      assert.match(stderr, /^taskprof: http:\S+ is no debug endpoint of otel-taskprof: [^\n]+\n$/);
      assert.equal(exitCode, 1);
    }
  });

  it('tells of a refused connection, an unknown host, a server that is none, and a lost connection', async () => {
    const server = createServer((socket) => socket.end('220 mail ready\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    endpoint.answer = (_, response) =>
      response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy());
    const problem = async (target: string): Promise<string> => (await taskprof(['ps', target])).stderr;
    assert.match(await problem('127.0.0.1:1'), /^taskprof: cannot reach http:\S+: connection refused\n$/);
    assert.match(
      await problem('http://no-such-host.invalid'),
      /cannot reach http:\S+: (unknown host|the name of the host)/,
    );
    assert.match(await problem(`127.0.0.1:${port}`), /what answers is no HTTP server\n$/);
    assert.match(await problem(endpoint.host), /the connection was closed without a whole answer\n$/);
    server.close();
  });

  it('does not wait for longer than --timeout', async () => {
    endpoint.answer = () => undefined;
    const { stderr, exitCode } = await taskprof(['ps', endpoint.host, '--timeout', '0.2']);
    assert.match(stderr, /^taskprof: http:\S+ did not answer within 0\.2 s\n$/);
    assert.equal(exitCode, 1);
  });
});
