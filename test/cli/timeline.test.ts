import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { type DebugServer, startDebugServer, TaskProfiler } from '../../src/index.ts';
import { buildTimelineProfile } from '../../src/profile/build-timeline.ts';
import { frame, profile, profilesData } from '../support/profiles-data.ts';
import { taskprof } from '../support/taskprof-command.ts';

interface TraceFile {
  readonly traceEvents: readonly { readonly name: string; readonly ph: string }[];
}

const TIMELINE = buildTimelineProfile({
  startTimeUnixNano: 1_790_000_000_123_456_789n,
  durationNano: 1_000_000n,
  slices: [
    {
      task: 1,
      root: 1,
      state: 'waiting',
      startNano: 5,
      durationNano: 90_000,
      stack: [frame('Pool.connect'), frame('query')],
      awaitIndex: 1,
      labels: { tenant: 'acme' },
      span: undefined,
    },
  ],
  spans: [],
  roots: 1,
  skippedRoots: 0,
  droppedSlices: 0,
});

describe('taskprof timeline', () => {
  let folder: string;
  let profiler: TaskProfiler;
  let server: DebugServer;
  let timer: NodeJS.Timeout;
  const at = (name: string): string => join(folder, name);
  const traceOf = async (name: string): Promise<TraceFile> => JSON.parse(await readFile(at(name), 'utf8')) as TraceFile;

  async function handleOrder(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taskprof-timeline-'));
    profiler = new TaskProfiler();
    profiler.start();
    server = await startDebugServer(profiler, { port: 0 });
    timer = setInterval(() => void handleOrder(), 5);
  });
  after(async () => {
    clearInterval(timer);
    await server.close();
    profiler.stop();
    await rm(folder, { recursive: true });
  });

  it('saves what tasks of a process did, for Perfetto', async () => {
    const run = await taskprof(['timeline', server.url, '-o', at('timeline.json'), '--every', '1', '--seconds', '0.2']);
    assert.deepEqual([run.stdout, run.stderr, run.exitCode], ['', '', 0]);
    assert.ok((await traceOf('timeline.json')).traceEvents.some(({ name }) => name === 'handleOrder'));
  });

  it('saves it as a profile, which convert makes a file for Perfetto of', async () => {
    await taskprof(['timeline', server.url, '-o', at('timeline.otlp.pb'), '--every', '1', '--seconds', '0.2']);
    const run = await taskprof(['convert', at('timeline.otlp.pb'), at('timeline.trace.json'), '-q']);
    assert.deepEqual([run.stderr, run.exitCode], ['', 0]);
    assert.ok((await traceOf('timeline.trace.json')).traceEvents.some(({ name }) => name === 'handleOrder'));
  });

  it('says so where no task that was chosen began meanwhile', async () => {
    const args = ['timeline', server.url, '-o', at('empty.json'), '--label', 'tenant=nobody', '--seconds', '0.1'];
    const run = await taskprof(args);
    assert.deepEqual([run.stdout, run.exitCode], ['', 0]);
    assert.match(run.stderr, /^nothing was followed in 0\.1 s: [^\n]+\n$/);
    assert.doesNotMatch(run.stderr, /--every/);
    assert.deepEqual((await traceOf('empty.json')).traceEvents, []);
  });

  it('is told what the process refuses, and what is wrong with its options', async () => {
    const refused = await taskprof(['timeline', server.url, '--seconds', '61']);
    assert.deepEqual([refused.exitCode, refused.stdout], [1, '']);
    assert.match(refused.stderr, /answered 400: seconds must be a number greater than 0 and at most 60, got "61"\n$/);
    for (const [option, value] of [
      ['--every', '0'],
      ['--format', 'svg'],
      ['--trace-id', 'x'],
    ] as const) {
      const wrong = await taskprof(['timeline', server.url, option, value]);
      assert.equal(wrong.exitCode, 2);
      assert.match(wrong.stderr, new RegExp(`^taskprof: option '${option} .*' argument '${value}' is invalid`));
    }
  });

  describe('beside convert', () => {
    it('tells that times are lost where a format has none', async () => {
      await writeFile(at('one.otlp.pb'), encodeOtlpProtobuf(profilesData(TIMELINE)));
      for (const to of ['pprof', 'folded']) {
        const { stderr } = await taskprof(['convert', at('one.otlp.pb'), '-', '--to', to]);
        assert.match(stderr, /not carried over: 1 timestamps of samples\n/);
      }
      const { stdout } = await taskprof(['convert', at('one.otlp.pb'), '-', '--to', 'text']);
      assert.match(stdout, /\n90000\n {2}90000 at 1790000000123456794 ns\n/);
    });

    it('refuses what has no timeline in it', async () => {
      await writeFile(at('tasks.otlp.pb'), encodeOtlpProtobuf(profilesData(profile())));
      const { stderr, exitCode } = await taskprof(['convert', at('tasks.otlp.pb'), at('out.trace.json')]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /there is no profile of type "timeline" in it, only of tasks\n$/);
    });
  });
});
