import assert from 'node:assert/strict';
import { type Span, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { Collections } from '../../src/base/collections.ts';
import { runAsOwn } from '../../src/base/own-context.ts';
import { tellSpanStart } from '../../src/base/started-spans.ts';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { DEFAULT_TASK_PROFILER_CONFIG } from '../../src/config/options.ts';
import { timelineConfig } from '../../src/config/timeline.ts';
import { InvalidOptionError, TaskProfiler, type TimelineOptions, withTaskLabels } from '../../src/index.ts';
import type { Recording } from '../../src/timeline/recording.ts';
import { RootChoice } from '../../src/timeline/root-choice.ts';
import { TimelineRecorder } from '../../src/timeline/timeline-recorder.ts';
import { watchSpanStarts } from '../../src/sdk/span-starts.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Gate, gate, inOwnTurn, settled, until } from '../support/settled.ts';
import { expectSound, stopped, story, track, tracks } from '../support/timelines.ts';

const two = <T>(one: T): [T, T] => [one, one];

const ALL: TimelineOptions = { everyNthRoot: 1, overheadBudget: 1 };

describe('a timeline', () => {
  let profiler: TaskProfiler;
  beforeEach(() => {
    profiler = new TaskProfiler({}, seededRandom(7));
    profiler.start();
  });
  afterEach(() => profiler.stop());

  async function acquire(opened: Gate): Promise<void> {
    await opened.promise;
  }
  async function find(first: Gate, second: Gate): Promise<void> {
    await acquire(first);
    await acquire(second);
  }

  it('tells each wait of a task in order, with its calls, and what ran in between', async () => {
    const recording = profiler.timeline(ALL);
    const gates = [gate(), gate(), gate()] as const;
    async function handle(): Promise<void> {
      await find(gates[0], gates[1]);
      await gates[2].promise;
    }
    inOwnTurn(() => void handle());
    for (const one of gates) {
      await settled();
      one.open();
    }
    await settled();
    const slices = track(stopped(recording), 'handle');
    assert.deepEqual(story(slices, 'handle', 'find', 'acquire'), [
      'running handle',
      'waiting acquire < find < handle',
      'running acquire < find < handle',
      'running find < handle',
      'waiting acquire < find < handle',
      'running acquire < find < handle',
      'running find < handle',
      'running handle',
      'waiting handle',
      'running handle',
    ]);
    assert.equal(slices[0]!.stack.at(slices[0]!.awaitIndex)!.functionName, 'handle');
  });

  it('gives what a task starts a track of its own, under the number of its root', async () => {
    const recording = profiler.timeline(ALL);
    const [first, second, third] = [gate(), gate(), gate()];
    async function join(): Promise<void> {
      await Promise.all([acquire(first), acquire(second)]);
    }
    async function fork(): Promise<void> {
      const forked = acquire(third);
      await first.promise;
      await forked;
    }
    inOwnTurn(() => void join());
    inOwnTurn(() => void fork());
    for (const one of [first, second, third]) {
      await settled();
      one.open();
    }
    await settled();
    const timeline = stopped(recording);
    for (const [root, stories] of [
      [
        'join',
        [
          ['running join', 'waiting join', 'running join'],
          ...two(['waiting acquire < join', 'running acquire < join']),
        ],
      ],
      [
        'fork',
        [
          ['running fork', 'waiting fork', 'running fork', 'waiting fork', 'running fork'],
          ['waiting acquire < fork', 'running acquire < fork'],
        ],
      ],
    ] as const) {
      const all = tracks(timeline, root);
      assert.deepEqual(
        all.map((slices) => story(slices, root, 'acquire')),
        stories,
      );
      assert.equal(new Set(all.map(([first]) => first!.root)).size, 1);
    }
  });

  it('accounts for all the time of a task, from its first park on', async () => {
    const recording = profiler.timeline(ALL);
    let isDone = false;
    async function spin(): Promise<void> {
      for (let i = 0; i < 50; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const end = performance.now() + 0.2; performance.now() < end;);
      }
      isDone = true;
    }
    inOwnTurn(() => void spin());
    await until(() => isDone);
    const slices = track(stopped(recording), 'spin');
    const sum = (state: string): number =>
      slices.filter((slice) => slice.state === state).reduce((total, { durationNano }) => total + durationNano, 0);
    const whole = slices.at(-1)!.startNano + slices.at(-1)!.durationNano - slices[0]!.startNano;
    assert.ok(Math.abs(sum('waiting') + sum('running') - whole) < 1_000, `${whole}`);
    assert.ok(sum('running') >= 50 * 0.2e6, `${sum('running')} ns of running`);
  });

  it('says what a task waits for', async () => {
    const recording = profiler.timeline(ALL);
    const connect = (): Promise<void> => new Promise(() => undefined);
    async function query(): Promise<void> {
      await connect();
    }
    inOwnTurn(() => void query());
    await settled();
    const { stack, awaitIndex, state } = track(stopped(recording), 'query').at(-1)!;
    assert.deepEqual([state, awaitIndex], ['waiting', 1]);
    assert.deepEqual(
      stack.slice(0, 2).map(({ functionName }) => functionName),
      ['connect', 'query'],
    );
  });

  it('goes on after take(), with waits cut where it was taken', async () => {
    const recording = profiler.timeline(ALL)!;
    const opened = gate();
    async function handle(): Promise<void> {
      await opened.promise;
    }
    inOwnTurn(() => void handle());
    await settled();
    const first = recording.take();
    await settled();
    opened.open();
    await settled();
    const second = recording.take();
    for (const one of [first, second]) expectSound(one);
    const [before, after] = [track(first, 'handle'), track(second, 'handle')];
    assert.deepEqual(story(before, 'handle'), ['running handle', 'waiting handle']);
    assert.deepEqual(story(after, 'handle'), ['waiting handle', 'running handle']);
    assert.equal(after[0]!.startNano, 0);
    const end = before[1]!.startNano + before[1]!.durationNano;
    assert.ok(Math.abs(Number(first.durationNano) - end) <= 1);
    assert.equal(before[0]!.task, after[0]!.task);
    const last = stopped(recording);
    assert.equal(tracks(last, 'handle').length, 0);
    const roots = [first, second, last].reduce((sum, one) => sum + one.roots, 0);
    assert.ok(first.roots > 0 && roots === recording.counts.roots, 'each root is counted once');
  });

  it('follows one in so many root tasks, by chance', async () => {
    const recording = profiler.timeline({ everyNthRoot: 20, overheadBudget: 1 });
    const parked = async (): Promise<void> => {
      await new Promise(() => undefined);
    };
    for (let i = 0; i < 4_000; i++) {
      inOwnTurn(() => void parked());
      if (i % 200 === 0) await settled();
    }
    await settled();
    const timeline = stopped(recording);
    const roots = new Set(tracks(timeline, 'parked').map(([first]) => first!.root)).size;
    // 200 are expected, with a standard deviation of 14.
    assert.ok(roots > 140 && roots < 260, `${roots} roots`);
    assert.ok(timeline.roots - roots <= 2, `${timeline.roots}`);
  });

  it('counts no root that comes to no await', async () => {
    // In a job, which is no root.
    await settled();
    const recording = profiler.timeline(ALL);
    inOwnTurn(() => void Promise.resolve().then(() => undefined));
    inOwnTurn(() => void acquire(gate()));
    await settled();
    const timeline = stopped(recording);
    assert.equal(timeline.roots, 1);
    assert.deepEqual(story(track(timeline, 'acquire'), 'acquire'), ['running acquire', 'waiting acquire']);
  });

  it('chooses the next root in the place of one that was none', () => {
    const choice = new RootChoice(1_000, undefined, seededRandom(3));
    let passed = 0;
    for (; !choice.isNext; passed++) choice.pass();
    assert.ok(passed > 0);
    choice.take();
    assert.equal(choice.isNext, false);
    choice.giveBack();
    assert.equal(choice.isNext, true);
  });

  it('tells callbacks apart that come with the same id, and ends what no job ends', async () => {
    await settled();
    const recording = profiler.timeline(ALL);
    let ticks = 0;
    const timer = setInterval(() => (ticks++, void acquire(gate())), 1);
    await until(() => ticks === 3);
    clearInterval(timer);
    const roots = tracks(stopped(recording), 'acquire').map(([first]) => first!.root);
    assert.equal(new Set(roots).size, 3);
  });

  it('holds the latest slices only, and counts what it drops', async () => {
    await settled();
    const recording = profiler.timeline({ ...ALL, maxSlices: 16 });
    let isDone = false;
    async function loop(): Promise<void> {
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      isDone = true;
    }
    inOwnTurn(() => void loop());
    await until(() => isDone);
    const timeline = stopped(recording);
    const { droppedSlices } = timeline;
    assert.equal(track(timeline, 'loop').length, 16);
    assert.ok(droppedSlices >= 80 && droppedSlices <= 90, `${droppedSlices}`);
    assert.equal(track(timeline, 'loop').at(-1)!.state, 'running');
    assert.equal(recording!.counts.droppedSlices, droppedSlices);
  });

  it('skips roots that its budget does not afford, and counts them', async () => {
    await settled();
    const recording = profiler.timeline({ everyNthRoot: 1, overheadBudget: 1e-9 });
    for (let i = 0; i < 50; i++) inOwnTurn(() => void acquire(gate()));
    await settled();
    const { roots, skippedRoots } = stopped(recording);
    // The first is begun, and given up at once.
    assert.deepEqual([roots, skippedRoots], [1, 50]);
  });

  it('gives a root up that has become far too dear', async () => {
    const recording = profiler.timeline({ everyNthRoot: 1, overheadBudget: 0.001 });
    inOwnTurn(() => {
      for (let i = 0; i < 100_000; i++) void acquire(gate());
    });
    await settled();
    const { skippedRoots, slices, droppedSlices } = stopped(recording);
    assert.ok(skippedRoots + droppedSlices > 0);
    assert.ok(slices.length < 2_000, `${slices.length}`);
  });

  it('is recorded several times at once, each by its own choice', async () => {
    const all = profiler.timeline(ALL);
    const none = profiler.timeline({ everyNthRoot: 1e9 });
    inOwnTurn(() => void acquire(gate()));
    await settled();
    assert.equal(tracks(stopped(none), 'acquire').length, 0);
    const later = profiler.timeline(ALL);
    inOwnTurn(() => void acquire(gate()));
    await settled();
    assert.equal(tracks(stopped(later), 'acquire').length, 1);
    assert.equal(tracks(stopped(all), 'acquire').length, 2);
  });

  it('ends by itself, when the profiler stops, and once', async () => {
    assert.equal(new TaskProfiler().timeline(), undefined);
    const short = profiler.timeline({ ...ALL, durationMillis: 1 })!;
    const finished = await short.finished;
    assert.deepEqual([short.active, short.stop(), short.take()], [false, finished, finished]);
    const recording = profiler.timeline(ALL)!;
    inOwnTurn(() => void acquire(gate()));
    await settled();
    profiler.stop();
    assert.equal(recording.active, false);
    assert.deepEqual(story(track(await recording.finished, 'acquire'), 'acquire'), [
      'running acquire',
      'waiting acquire',
    ]);
  });

  it('keeps no task alive that can never resume', async () => {
    const recording = profiler.timeline(ALL)!;
    let collected = 0;
    const collections = new Collections(() => collected++);
    const park = async (): Promise<void> => {
      const never = new Promise(() => undefined);
      collections.watch(never, 0);
      await never;
    };
    for (let i = 0; i < 20; i++) inOwnTurn(() => void park());
    await settled();
    recording.take();
    // The engine lets go of it as well, after strongMillis.
    profiler.snapshot();
    for (let i = 0; i < 200 && collected < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc!();
    }
    assert.equal(collected, 20);
    assert.equal(tracks(stopped(recording), 'park').length, 0);
  });

  it('knows the stack of a task that waits, and of slices that were not taken, when it has forgotten thousands of others', async () => {
    const recording = profiler.timeline({ ...ALL, maxSlices: 100_000 })!;
    const [first, second] = [gate(), gate()];
    inOwnTurn(() => void find(first, second));
    await settled();
    first.open();
    await settled();
    // As many stacks as there are ways through a tree of calls.
    const passing = gate();
    const left = (way: number, depth: number): void => walk(way, depth);
    const right = (way: number, depth: number): void => walk(way, depth);
    const walk = (way: number, depth: number): void => {
      if (depth === 0) void acquire(passing);
      else if (way & 1) left(way >> 1, depth - 1);
      else right(way >> 1, depth - 1);
    };
    for (let begin = 0; begin < 2 ** 14; begin += 64) {
      await inOwnTurn(() => {
        for (let way = begin; way < begin + 64; way++) walk(way, 14);
      });
    }
    await settled();
    recording.take();
    passing.open();
    await settled();
    second.open();
    await settled();
    assert.deepEqual(story(track(stopped(recording), 'find'), 'find', 'acquire'), [
      'waiting acquire < find',
      'running acquire < find',
      'running find',
    ]);
  });

  it('is the same by the engine that only captures', async () => {
    profiler.stop();
    const random = seededRandom(1);
    const engine = new ParkEngine({ ...DEFAULT_TASK_PROFILER_CONFIG, random });
    const recorder = new TimelineRecorder(engine, { ...DEFAULT_TASK_PROFILER_CONFIG, random });
    const recording = recorder.open(timelineConfig(ALL));
    const [first, second] = [gate(), gate()];
    inOwnTurn(() => void find(first, second));
    await settled();
    first.open();
    await settled();
    const timeline = stopped(recording);
    engine.stop();
    assert.deepEqual(story(track(timeline, 'find'), 'find', 'acquire'), [
      'running find',
      'waiting acquire < find',
      'running acquire < find',
      'running find',
      'waiting acquire < find',
    ]);
    assert.ok(engine.counts.spentMillis > 0);
  });

  it('looks at the hooks while there is a recording, and not longer', () => {
    const calls: string[] = [];
    const engine = {
      observe: () => (calls.push('observe'), () => void calls.push('leave')),
      account: () => undefined,
    };
    const recorder = new TimelineRecorder(engine, { ...DEFAULT_TASK_PROFILER_CONFIG, random: seededRandom(1) });
    const [one, other] = [recorder.open(timelineConfig()), recorder.open(timelineConfig())];
    one.stop();
    assert.deepEqual(calls, ['observe']);
    other.stop();
    assert.deepEqual(calls, ['observe', 'leave']);
    recorder.open(timelineConfig());
    recorder.close();
    assert.deepEqual(calls, ['observe', 'leave', 'observe', 'leave']);
  });

  it('ends for good, and says so once, where something in it fails', async () => {
    await settled();
    const said = recordDiag();
    const recording = profiler.timeline(ALL) as Recording;
    recording.push = () => {
      throw new Error('no room');
    };
    for (let i = 0; i < 3; i++) inOwnTurn(() => void acquire(gate()));
    await until(() => !recording.active);
    await settled();
    said.stop();
    assert.deepEqual(said.lines, ['error otel-taskprof: timelines have ended: no room']);
    assert.equal(profiler.running, true);
  });

  it('tells what resumes after tasks of a recording before', async () => {
    const [earlier, later] = [gate(), gate()];
    const before = profiler.timeline(ALL);
    inOwnTurn(() => void acquire(earlier));
    await settled();
    stopped(before);
    const recording = profiler.timeline(ALL);
    inOwnTurn(() => void acquire(later));
    await settled();
    earlier.open();
    await settled();
    later.open();
    await settled();
    assert.deepEqual(story(track(stopped(recording), 'acquire'), 'acquire'), [
      'running acquire',
      'waiting acquire',
      'running acquire',
    ]);
  });

  it('costs nothing when it is over', async () => {
    const recording = profiler.timeline(ALL);
    const opened = gate();
    inOwnTurn(() => void acquire(opened));
    await settled();
    stopped(recording);
    const { spentMillis } = recording!.counts;
    inOwnTurn(() => void acquire(gate()));
    opened.open();
    await settled();
    assert.equal(recording!.counts.spentMillis, spentMillis);
  });

  for (const [options, message] of [
    [{ everyNthRoot: 0 }, /^everyNthRoot must be a whole number of at least 1, got 0$/],
    [{ everyNthRoot: 1.5 }, /^everyNthRoot/],
    [{ labels: 'tenant' }, /^labels must be an object of label values, got "tenant"$/],
    [{ traceId: 'abc' }, /^traceId must be 32 hex digits, got "abc"$/],
    [{ maxSlices: 15 }, /^maxSlices must be a whole number from 16 to 1000000, got 15$/],
    [{ durationMillis: 0 }, /^durationMillis must be a number of milliseconds greater than 0/],
    [{ overheadBudget: 2 }, /^overheadBudget/],
    [7, /^timeline must be an object, got 7$/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => profiler.timeline(options as TimelineOptions), { name: InvalidOptionError.name, message });
    });
  }

  describe('with contexts', () => {
    before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
    after(() => context.disable());

    const tracer = new TracerProvider().getTracer('test');

    it('follows tasks with some labels, from the await on where they have them', async () => {
      const recording = profiler.timeline({ labels: { tenant: 'acme', tier: '2' }, overheadBudget: 1 });
      const [first, second] = [gate(), gate()];
      async function handle(tenant: string): Promise<void> {
        await first.promise;
        await withTaskLabels({ tenant, tier: 2 }, () => find(second, gate()));
      }
      inOwnTurn(() => void handle('acme'));
      inOwnTurn(() => void handle('globex'));
      await settled();
      first.open();
      await settled();
      second.open();
      await settled();
      const timeline = stopped(recording);
      assert.deepEqual(
        tracks(timeline, 'handle').map((slices) => story(slices, 'handle', 'find', 'acquire')),
        [
          [
            'running handle',
            'waiting acquire < find < handle',
            'running acquire < find < handle',
            'running find < handle',
            'waiting acquire < find < handle',
          ],
        ],
      );
      for (const { labels, state } of timeline.slices) {
        if (state === 'waiting') assert.deepEqual(labels, { tenant: 'acme', tier: 2 });
      }
      assert.equal(timeline.roots, 1);
    });

    it('follows the tasks of one trace, and has its spans beside them', async () => {
      const opened = gate();
      const wanted = tracer.startSpan('GET /orders');
      const { traceId, spanId } = wanted.spanContext();
      const recording = profiler.timeline({ traceId: traceId.toUpperCase(), overheadBudget: 1 });
      for (const span of [wanted, tracer.startSpan('GET /other')]) {
        const active = trace.setSpan(context.active(), span);
        inOwnTurn(() => void context.with(active, () => acquire(opened)));
      }
      await settled();
      opened.open();
      await settled();
      wanted.end();
      const timeline = stopped(recording);
      assert.deepEqual(
        timeline.slices.map(({ span }) => span),
        timeline.slices.map(() => ({ traceId, spanId })),
      );
      const [span, ...others] = timeline.spans;
      assert.equal(others.length, 0);
      assert.deepEqual(
        [span!.name, span!.traceId, span!.spanId, span!.hasEnded],
        ['GET /orders', traceId, spanId, true],
      );
      const whole = Number(timeline.durationNano);
      // SDKs, and we, know the time of day to a millisecond.
      assert.ok(span!.startNano < timeline.slices[0]!.startNano + 2e6, 'it began before the task');
      assert.ok(span!.startNano + span!.durationNano <= whole + 2e6, 'and has ended');
      assert.ok(timeline.slices.length >= 3);
    });

    it('has spans that start in a task, where span starts are watched', async () => {
      const provider = new TracerProvider();
      const unwatch = watchSpanStarts(provider, [tellSpanStart]);
      const child = async (): Promise<void> => {
        await opened.promise;
        provider.getTracer('test').startSpan('inner').end();
      };
      const opened = gate();
      await settled();
      const recording = profiler.timeline(ALL);
      inOwnTurn(() => void child());
      await settled();
      opened.open();
      await settled();
      provider.getTracer('test').startSpan('elsewhere').end();
      const { spans } = stopped(recording);
      unwatch();
      assert.deepEqual(
        spans.map(({ name, hasEnded }) => [name, hasEnded]),
        [['inner', true]],
      );
    });

    it('tells a span that has ended once, and keeps none that has or that nobody records any more', async () => {
      const provider = new TracerProvider();
      const unwatch = watchSpanStarts(provider, [tellSpanStart]);
      const [first, second] = [gate(), gate()];
      const spans: WeakRef<Span>[] = [];
      // No context holds them: only the timeline knows them while the task is parked.
      const handle = async (): Promise<void> => {
        await first.promise;
        for (const name of ['ends', 'goes on']) spans.push(new WeakRef(provider.getTracer('test').startSpan(name)));
        await second.promise;
      };
      const isGone = (index: number) => (): boolean => {
        gc!();
        return spans[index]!.deref() === undefined;
      };
      await settled();
      const recording = profiler.timeline(ALL)!;
      const told = (): unknown[] =>
        recording
          .take()
          .spans.map(({ name, hasEnded }) => [name, hasEnded])
          .sort();
      inOwnTurn(() => void handle());
      await settled();
      first.open();
      await settled();
      unwatch();
      assert.deepEqual(told(), [
        ['ends', false],
        ['goes on', false],
      ]);
      spans[0]!.deref()!.end();
      assert.deepEqual(told(), [
        ['ends', true],
        ['goes on', false],
      ]);
      assert.deepEqual(told(), [['goes on', false]]);
      await until(isGone(0));
      assert.ok(spans[1]!.deref());
      stopped(recording);
      await until(isGone(1));
      second.open();
    });

    it('shows frames and labels as snapshots do: hidden where that is asked for', async () => {
      profiler.stop();
      profiler = new TaskProfiler({ anonymize: { paths: true, labels: ['tenant'] } });
      profiler.start();
      await settled();
      const recording = profiler.timeline(ALL);
      inOwnTurn(() => void withTaskLabels({ tenant: 'acme' }, () => acquire(gate())));
      await settled();
      const slices = track(stopped(recording), 'acquire');
      assert.ok(slices.every(({ stack }) => stack.every(({ file }) => !file.includes('recording.test'))));
      assert.ok(slices.every(({ labels }) => typeof labels.tenant === 'string' && labels.tenant !== 'acme'));
      profiler.stop();
    });

    it('follows tasks whose label comes after an await, and by the value that is shown', async () => {
      profiler.stop();
      profiler = new TaskProfiler({ anonymize: { labels: ['tenant'] } });
      profiler.start();
      await settled();
      const view = profiler.timeline(ALL);
      inOwnTurn(() => void withTaskLabels({ tenant: 'acme' }, () => acquire(gate())));
      await settled();
      const shown = String(track(stopped(view), 'acquire')[0]!.labels.tenant);
      const recordings = ['acme', shown].map((tenant) =>
        profiler.timeline({ labels: { tenant, 'http.route': '/orders' }, overheadBudget: 1 }),
      );
      const span = tracer.startSpan('GET');
      const first = gate();
      inOwnTurn(() => {
        const active = trace.setSpan(context.active(), span);
        context.with(active, () => withTaskLabels({ tenant: 'acme' }, () => void find(first, gate())));
      });
      await settled();
      span.setAttribute('http.route', '/orders');
      first.open();
      await settled();
      for (const recording of recordings) {
        assert.equal(track(stopped(recording), 'acquire').at(-1)!.labels['http.route'], '/orders');
      }
      profiler.stop();
    });

    it('leaves out what the profiler itself does', async () => {
      await settled();
      const recording = profiler.timeline(ALL);
      inOwnTurn(() => void runAsOwn(() => acquire(gate())));
      await settled();
      const timeline = stopped(recording);
      assert.deepEqual([timeline.roots, timeline.skippedRoots, timeline.slices.length], [0, 0, 0]);
    });
  });
});
