import assert from 'node:assert/strict';
import { ROOT_CONTEXT, TraceFlags, context, diag, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { type StuckTask, TaskProfiler, type TaskProfilerOptions, withTaskLabels } from '../../src/index.ts';
import { buildInstantProfile } from '../../src/profile/build.ts';
import { buildIntervalProfiles } from '../../src/profile/build-interval.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { PLAIN_VIEW } from '../../src/frames/stack-view.ts';
import { StuckWatch } from '../../src/snapshot/stuck-watch.ts';
import { burn } from '../support/burn.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Gate, gate, settled, until } from '../support/settled.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const STUCK_MILLIS = 60;

async function hangs(open: Promise<void>): Promise<void> {
  await open;
}

/** Never parked for long. */
async function isLively(isOver: () => boolean): Promise<void> {
  while (!isOver()) await new Promise<void>((resolve) => setTimeout(resolve, 1));
}

const ENGINES: Record<string, TaskProfilerOptions> = {
  captured: { sampling: 'all' },
  followed: { sampling: 1, overheadBudget: 1e-9 },
};

describe('stuck tasks', () => {
  let profiler: TaskProfiler;
  let told: StuckTask[];
  const gates: Gate[] = [];

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());
  afterEach(async () => {
    profiler.stop();
    for (const { open } of gates.splice(0)) open();
    await settled();
  });

  function start(options: TaskProfilerOptions, onStuck: TaskProfilerOptions['onStuck']): void {
    told = [];
    profiler = new TaskProfiler(
      { ...options, stuckMillis: STUCK_MILLIS, ...(onStuck && { onStuck }) },
      seededRandom(1),
    );
    profiler.start();
  }

  /** Starts tasks of a span out of any job. */
  async function hang(count: number): Promise<void> {
    const span = trace.setSpanContext(ROOT_CONTEXT, { ...SPAN, traceFlags: TraceFlags.SAMPLED });
    setImmediate(() => {
      for (let i = 0; i < count; i++) {
        const one = gate();
        gates.push(one);
        context.with(span, () => withTaskLabels({ tier: 'gold' }, () => void hangs(one.promise)));
      }
    });
    await settled();
  }

  const hanging = (): StuckTask[] =>
    told.filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === 'hangs');

  for (const [kind, options] of Object.entries(ENGINES)) {
    it(`are told of once each, while they are parked and outside of any request; others are not (${kind})`, async () => {
      let isOver = false;
      const spans: unknown[] = [];
      start(options, (task) => {
        told.push(task);
        spans.push(trace.getSpan(context.active()));
      });
      void isLively(() => isOver);
      await hang(3);
      await until(() => hanging().length >= 3);
      await hang(2);
      await until(() => hanging().length >= 5);
      // Time for as many checks again.
      const seenAt = performance.now();
      await until(() => performance.now() - seenAt > 2 * STUCK_MILLIS);
      isOver = true;
      const ours = hanging();
      assert.equal(ours.length, 5);
      for (const { waitMillis, labels, span, tasks } of ours) {
        assert.ok(waitMillis >= STUCK_MILLIS, String(waitMillis));
        assert.deepEqual({ labels, span, tasks }, { labels: { tier: 'gold' }, span: SPAN, tasks: 1 });
      }
      assert.ok(!told.some(({ stack }) => stack.some(({ functionName }) => functionName === 'isLively')));
      assert.ok(spans.every((span) => span === undefined));
    });

    it(`have an attribute in every profile, apart from others of their stack, and are counted (${kind})`, async () => {
      start(options, undefined);
      await hang(2);
      const parkedAt = performance.now();
      await until(() => performance.now() - parkedAt > STUCK_MILLIS + 5);
      const interval = profiler.openInterval()!;
      await hang(1);
      const snapshot = profiler.snapshot({ labels: { tier: 'gold' } });
      assert.deepEqual(
        snapshot.samples.map(({ tasks, stuck }) => [tasks, stuck]),
        [
          [2, true],
          [1, undefined],
        ],
      );
      assert.equal(profiler.stuckTasks, 2);
      const mean = interval.end();
      const attributes = [buildInstantProfile(snapshot), ...buildIntervalProfiles(mean)].map((profile) => {
        checkProfile(profile);
        return profile.samples.map((sample) => sample.attributes['taskprof.stuck']);
      });
      assert.deepEqual(attributes[0], ['true', undefined]);
      for (const some of attributes.slice(1)) assert.ok(some.includes('true'));
    });
  }

  it('are told of as far as they fit into a check, and stand for the others', async () => {
    start(ENGINES.followed!, (task) => void told.push(task));
    const isHung = hang(3_000);
    // All are due when the next timer can run.
    setImmediate(() => {
      for (const end = performance.now() + 2 * STUCK_MILLIS; performance.now() < end;);
    });
    await isHung;
    const total = (): number => hanging().reduce((sum, { tasks }) => sum + tasks, 0);
    await until(() => total() >= 2_950);
    await settled();
    assert.ok(total() <= 3_050, String(total()));
    assert.ok(hanging().length <= 1_024, String(hanging().length));
  });

  it('are told of where nothing else turns the event loop', async () => {
    const all = gate();
    const count = 600;
    start(ENGINES.followed!, (task) => {
      told.push(task);
      // A slice is over with each: an idle loop, turned by the profiler's other timers only, would take minutes for them.
      burn(1);
      if (hanging().length === count) all.open();
    });
    await hang(count);
    await all.promise;
  });

  it('are told of behind thousands of calls that were made before', async () => {
    start(ENGINES.followed!, (task) => void told.push(task));
    const firsts: Gate[] = [];
    const comesBack = async (): Promise<void> => {
      const [first, second] = [gate(), gate()];
      firsts.push(first);
      gates.push(second);
      await first.promise;
      await hangs(second.promise);
    };
    const calls = async (): Promise<void> => {
      await comesBack();
    };
    setImmediate(() => {
      for (let i = 0; i < 5_000; i++) void calls();
    });
    await settled();
    for (const { open } of firsts) open();
    await settled();
    assert.equal(profiler.oldestParkedAt(), undefined, 'who looks for the oldest gives up');
    await until(() => hanging().length > 0);
  });

  it('are looked at in part where they are very many', async () => {
    profiler = new TaskProfiler();
    const engine = startEngine({ ...resolveTaskProfilerOptions(ENGINES.followed), random: seededRandom(1) });
    await hang(6_000);
    const between = performance.now();
    await hang(2_000);
    const tasks = engine.tasksOlderThan(performance.now() - between);
    engine.stop();
    assert.ok(Math.abs(tasks - 6_000) < 600, String(tasks));
  });

  it('go to diag where onStuck throws or rejects, and the others are told of', async () => {
    const diagLines = recordDiag();
    try {
      start(ENGINES.captured!, (task) => {
        told.push(task);
        if (told.length % 2 === 0) throw new Error('thrown');
        return Promise.reject(new Error('rejected'));
      });
      await hang(2);
      await until(() => hanging().length >= 2);
      await settled();
      for (const what of ['thrown', 'rejected']) {
        assert.ok(
          diagLines.lines.some((line) => line.includes(`onStuck met an error: ${what}`)),
          what,
        );
      }
    } finally {
      diagLines.stop();
    }
  });

  it('let no error out of the timer, and are told of after one', async () => {
    profiler = new TaskProfiler();
    const diagLines = recordDiag();
    const list: StuckTask[] = [];
    const engine = startEngine({
      ...resolveTaskProfilerOptions({ ...ENGINES.captured, stuckMillis: STUCK_MILLIS }),
      random: seededRandom(1),
    });
    let faults = 2;
    const begin = engine.beginSample.bind(engine);
    engine.beginSample = (request) => {
      const sample = begin(request);
      return {
        slice: (millis) => (faults-- > 0 ? assert.fail('a fault') : sample.slice(millis)),
        end: () => sample.end(),
      };
    };
    const watch = new StuckWatch(engine, PLAIN_VIEW, (task) => void list.push(task));
    try {
      for (const left of [1, 0]) {
        await hang(1);
        await until(() => faults <= left);
      }
      await hang(1);
      await until(() => list.some(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === 'hangs'));
      assert.ok(diagLines.lines.includes('error otel-taskprof: looking for stuck tasks met an error: a fault'));
    } finally {
      watch.stop();
      engine.stop();
      diagLines.stop();
    }
  });

  it('are told of no more once the watch is stopped, in the middle of a list or later', async () => {
    profiler = new TaskProfiler();
    const diagLines = recordDiag();
    const engine = startEngine({
      ...resolveTaskProfilerOptions({ ...ENGINES.captured, stuckMillis: STUCK_MILLIS }),
      random: seededRandom(1),
    });
    told = [];
    let calls = 0;
    const stopped = new StuckWatch(engine, PLAIN_VIEW, () => {
      calls++;
      stopped.stop();
    });
    const other = new StuckWatch(engine, PLAIN_VIEW, (task) => void told.push(task));
    try {
      await hang(3);
      await until(() => calls > 0 && hanging().length >= 3);
      await hang(1);
      await until(() => hanging().length >= 4);
      assert.equal(calls, 1);
      assert.deepEqual(diagLines.lines, []);
    } finally {
      other.stop();
      engine.stop();
      diagLines.stop();
    }
  });

  it('let no error of the logger out', async () => {
    let calls = 0;
    diag.setLogger({ ...console, error: () => (calls++, assert.fail('the logger')) } as never, {
      suppressOverrideMessage: true,
    });
    try {
      start(ENGINES.captured!, (task) => {
        told.push(task);
        // Of each fault it is told once.
        throw new Error(`thrown ${told.length}`);
      });
      await hang(2);
      await until(() => hanging().length >= 2);
      assert.ok(calls >= 2);
    } finally {
      diag.disable();
    }
  });

  it('have an age that is checked', () => {
    for (const stuckMillis of [0, -1, NaN, '5' as unknown as number]) {
      assert.throws(
        () => new TaskProfiler({ stuckMillis }),
        /stuckMillis must be a number of milliseconds of at least 1/,
      );
    }
    assert.throws(() => new TaskProfiler({ onStuck: 5 as never }), /onStuck must be a function, got 5/);
  });
});
