import assert from 'node:assert/strict';
import { type Context, ROOT_CONTEXT, TraceFlags, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { nowMillis } from '../../src/base/clock.ts';
import { LostTasks } from '../../src/capture/lost-tasks.ts';
import { EMPTY_TASK_CONTEXT } from '../../src/capture/task-context.ts';
import { type LostTaskSnapshot, TaskProfiler, type TaskProfilerOptions, withTaskLabels } from '../../src/index.ts';
import { buildLostProfile } from '../../src/profile/build.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { gate, settled, until } from '../support/settled.ts';
import { expectUnbiased } from '../support/statistics.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

function inSpan(): Context {
  return trace.setSpan(
    ROOT_CONTEXT,
    trace.wrapSpanContext({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED }),
  );
}

/** What was awaited and let go of. */
const abandoned: WeakRef<object>[] = [];

async function waitsForNobody(): Promise<void> {
  const promise = new Promise<void>(() => undefined);
  abandoned.push(new WeakRef(promise));
  await promise;
}

async function handles(): Promise<void> {
  await waitsForNobody();
}

async function isSlow(open: Promise<void>): Promise<void> {
  await open;
}

function abandon(count: number): void {
  for (let i = 0; i < count; i++) {
    context.with(inSpan(), () => withTaskLabels({ tier: 'gold' }, () => void handles()));
  }
}

async function collected(condition: () => boolean): Promise<void> {
  await until(() => {
    globalThis.gc!();
    return condition();
  });
}

/** Each once: a task that was captured as well has more frames. */
const functionsOf = ({ samples }: LostTaskSnapshot): string[] => [
  ...new Set(samples.map(({ stack, awaitIndex }) => stack[awaitIndex]!.functionName)),
];

describe('lost tasks', () => {
  let profiler: TaskProfiler;

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());
  afterEach(() => {
    profiler.stop();
    abandoned.length = 0;
  });

  it('are none, nor are tasks, where the profiler does not run', () => {
    profiler = new TaskProfiler();
    const { timeUnixNano, startTimeUnixNano, ...lost } = profiler.lostTasks();
    const nothing = { totalTasks: 0, totalStandardError: 0, samples: [], samplingProbability: 0 };
    const none = { ...nothing, consistency: 'moment', droppedTasks: 0, cutLabels: 0 };
    assert.deepEqual(lost, { ...none, lost: true, durationNano: 1n });
    assert.equal(startTimeUnixNano, timeUnixNano - 1n);
    assert.deepEqual({ ...profiler.snapshot(), timeUnixNano: 0n }, { ...none, timeUnixNano: 0n });
  });

  const engines: Record<string, TaskProfilerOptions> = {
    captured: { sampling: 'all', strongMillis: 1, stuckMillis: 1 },
    followed: { sampling: 1, overheadBudget: 1e-9, strongMillis: 1, stuckMillis: 1 },
  };
  for (const [kind, options] of Object.entries(engines)) {
    it(`are reported after a garbage collection, with stack, age, labels and span; what is slow is not (${kind})`, async () => {
      profiler = new TaskProfiler(options, seededRandom(1));
      profiler.start();
      const startedAt = nowMillis();
      const slow = gate();
      for (let i = 0; i < 10; i++) void isSlow(slow.promise);
      setImmediate(() => abandon(20));
      await collected(() => (profiler.counts?.lostTasks ?? 0) >= 20);
      // Those that were slow had as many chances.
      for (let i = 0; i < 3; i++) await collected(() => true).then(settled);
      const snapshot = profiler.lostTasks();
      assert.deepEqual([snapshot.totalTasks, snapshot.lost, functionsOf(snapshot)], [20, true, ['waitsForNobody']]);
      assert.equal(snapshot.consistency, 'interval');
      const millis = Number(snapshot.durationNano) / 1e6;
      assert.ok(millis > 1 && millis < 1_000 + nowMillis() - startedAt, `${millis} ms`);
      assert.equal(snapshot.startTimeUnixNano, snapshot.timeUnixNano - snapshot.durationNano);
      const [sample] = snapshot.samples;
      // Stuck is what may go on.
      assert.ok(!('stuck' in sample!));
      assert.ok(sample!.oldestWaitMillis > 0);
      assert.deepEqual(sample!.labels, { tier: 'gold' });
      assert.deepEqual(sample!.span, { traceId: TRACE_ID, spanId: SPAN_ID });
      assert.ok(sample!.stack.some(({ functionName }) => functionName === 'handles'));
      assert.equal(profiler.lostTasks({ labels: { tier: 'tin' } }).totalTasks, 0);
      assert.equal(profiler.lostTasks({ matching: /waitsForNobody/ }).totalTasks, 20);
      assert.equal(profiler.lostTasks({ matching: /nobodyWaits/ }).totalTasks, 0);
      assert.equal(profiler.lostTasks({ minWaitMillis: 60_000 }).totalTasks, 0);
      assert.throws(() => profiler.lostTasks({ minWaitMillis: -1 }), /minWaitMillis must be .* got -1/);
      assert.deepEqual(
        abandoned.map((ref) => ref.deref()),
        abandoned.map(() => undefined),
      );
      slow.open();
      await settled();
      assert.deepEqual(functionsOf(profiler.lostTasks()), ['waitsForNobody']);
    });

    it(`are in one interval each (${kind})`, async () => {
      profiler = new TaskProfiler(options, seededRandom(1));
      profiler.start();
      let interval = profiler.openInterval()!;
      const found: number[] = [];
      for (const count of [5, 7, 0]) {
        const before = profiler.counts!.lostTasks;
        setImmediate(() => abandon(count));
        await settled();
        await collected(() => profiler.counts!.lostTasks === before + count);
        const { ended, next } = interval.endAndBegin();
        found.push(ended.lost.totalTasks);
        if (count > 0) {
          const profile = buildLostProfile(ended.lost);
          checkProfile(profile);
          assert.deepEqual(
            profile.samples.map(({ value, link }) => [value, link?.traceId]),
            [[count, TRACE_ID]],
          );
        }
        interval = next;
      }
      interval.close();
      assert.deepEqual(found, [5, 7, 0]);
      assert.equal(profiler.lostTasks().totalTasks, 12);
    });
  }

  it('are held to a bound; those that are kept count for the others', () => {
    profiler = new TaskProfiler();
    const totals: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const lost = new LostTasks(seededRandom(seed));
      const task = { parkedAt: 0, context: EMPTY_TASK_CONTEXT, stack: 0, operationFrames: 0, unitProbability: 1 };
      for (let unit = 0; unit < 5_000; unit++) {
        lost.add({ ...task, unit }, { amount: 1, inclusionProbability: 1, source: 'followed' });
      }
      assert.equal(lost.count, 5_000);
      const contributions = lost.sinceStart.contributions();
      assert.ok(contributions.length <= 1_024);
      assert.equal(contributions.length + lost.sinceStart.dropped, 5_000);
      totals.push(contributions.reduce((sum, { amount }) => sum + amount, 0));
    }
    expectUnbiased(totals, 5_000, 'lost tasks');
  });
});
