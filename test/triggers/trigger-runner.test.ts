import assert from 'node:assert/strict';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { ExportOutcome } from '../../src/export/exporter.ts';
import { InvalidOptionError, TaskProfiler, type TriggerEvent, type TriggersOptions } from '../../src/index.ts';
import type { Profile } from '../../src/profile/model.ts';
import { triggersConfig } from '../../src/triggers/trigger-config.ts';
import { TriggerRunner } from '../../src/triggers/trigger-runner.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { gate, inOwnTurn, settled, type Gate, until } from '../support/settled.ts';
import { FakeHost } from './fake-host.ts';

const SECOND = 1_000;
const gates: Gate[] = [];

async function parks(): Promise<void> {
  const one = gate();
  gates.push(one);
  await one.promise;
}

async function start(tasks: number): Promise<void> {
  await inOwnTurn(() => {
    for (let i = 0; i < tasks; i++) void parks();
  });
  await settled();
}

function release(): void {
  for (const { open } of gates.splice(0)) open();
}

function tasksIn(event: TriggerEvent | undefined, part: 'snapshot' | 'baseline' = 'snapshot'): number {
  const samples = event?.[part]?.samples ?? [];
  const own = samples.filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === 'parks');
  return Math.round(own.reduce((sum, { tasks }) => sum + tasks, 0));
}

describe('triggers', () => {
  let profiler: TaskProfiler;
  let host: FakeHost;
  let events: TriggerEvent[];
  let exported: (readonly Profile[])[];
  let send: (profiles: readonly Profile[]) => Promise<ExportOutcome | undefined>;
  let runner: TriggerRunner;

  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    host = new FakeHost();
    events = [];
    exported = [];
    send = async (profiles) => {
      exported.push(profiles);
      return { status: 'success' };
    };
  });

  afterEach(async () => {
    runner.stop();
    profiler.stop();
    context.disable();
    release();
    await settled();
  });

  function run(options: TriggersOptions): void {
    const all = {
      warmUpMillis: 0,
      checkIntervalMillis: SECOND,
      onTrigger: (event: TriggerEvent) => void events.push(event),
      ...options,
    };
    runner = new TriggerRunner(profiler, triggersConfig(all), (profiles) => send(profiles), host);
    runner.start();
  }

  /** Lets time pass, and what fires be done. */
  async function pass(millis: number, lateMillis = 0): Promise<void> {
    host.pass(millis, lateMillis);
    await runner.forceFlush();
  }

  it('dump the live tasks where there are more than the bound, and tell why', async () => {
    run({ liveTasks: { aboveTasks: 50 }, baselineIntervalMillis: false });
    await start(40);
    await pass(SECOND);
    assert.equal(events.length, 0);
    await start(40);
    await pass(SECOND);
    assert.equal(events.length, 1);
    const [event] = events;
    assert.equal(tasksIn(event), 80);
    assert.equal(event!.trigger, 'liveTasks');
    assert.match(event!.reason, /^\d\d live tasks, over 50 \(average \d\d\)$/);
    assert.deepEqual(
      exported.map((profiles) => profiles.map(({ attributes }) => attributes['taskprof.trigger.id'])),
      [[event!.id]],
    );
  });

  it('dump where the oldest task has waited longer, once for each that does', async () => {
    run({ oldestWait: { aboveMillis: 5 * SECOND }, coolDownMillis: 2 * SECOND, baselineIntervalMillis: false });
    await start(1);
    // The clock of the host goes ahead of that which tasks are timed with.
    await pass(4 * SECOND);
    assert.equal(events.length, 0);
    await pass(2 * SECOND);
    assert.equal(events.length, 1, 'the first');
    await pass(60 * SECOND);
    assert.equal(events.length, 1, 'the same again');
    assert.equal(runner.counts.held.coolDown, 0);
  });

  it('dump where another task has waited longer than the bound after the first did', async () => {
    run({ oldestWait: { aboveMillis: 50 }, coolDownMillis: 0, checkIntervalMillis: 100 });
    // Tasks park by the real clock, which may be ahead by now.
    const passSecond = (): Promise<void> => pass(Math.max(performance.now() - host.now(), 0) + SECOND);
    await start(1);
    await passSecond();
    assert.equal(events.length, 1);
    // Parked later than what was dumped: the real clock has to come so far.
    await until(() => performance.now() >= host.now());
    await start(1);
    await passSecond();
    assert.equal(events.length, 2);
  });

  it('dump where the event loop did not come round', async () => {
    run({ eventLoopDelay: { aboveMillis: 200 } });
    await start(1);
    await pass(SECOND);
    assert.equal(events.length, 0);
    host.delayMillis = 201;
    await pass(SECOND);
    assert.deepEqual([events[0]!.trigger, events[0]!.sighting!.value], ['eventLoopDelay', 201]);
  });

  it('count their own lateness as a delay of the event loop', async () => {
    run({ eventLoopDelay: { aboveMillis: 200 } });
    await pass(SECOND, 300);
    assert.equal(Math.round(events[0]!.sighting!.value), 300);
  });

  it('dump where so much of the heap is used, and not where nearly all is', async () => {
    run({ heapUsed: { abovePercent: 80 } });
    host.heapPercent = 96;
    await pass(SECOND);
    assert.equal(events.length, 0);
    assert.equal(runner.counts.held.heap, 1);
    host.heapPercent = 85;
    await pass(SECOND);
    assert.equal(events[0]!.trigger, 'heapUsed');
  });

  it('dump nothing for any quantity where the heap is nearly used up', async () => {
    run({ liveTasks: { aboveTasks: 1 }, atMostHeapPercent: 70 });
    await start(5);
    host.heapPercent = 71;
    await pass(5 * SECOND);
    assert.deepEqual([events.length, runner.counts.held.heap], [0, 5]);
    host.heapPercent = 70;
    await pass(SECOND);
    assert.equal(events.length, 1);
  });

  it('fire one at a look, the others at the looks after it', async () => {
    run({ liveTasks: { aboveTasks: 1 }, heapUsed: { abovePercent: 10 } });
    await start(5);
    await pass(SECOND);
    await pass(SECOND);
    await pass(5 * SECOND);
    assert.deepEqual(
      events.map(({ trigger }) => trigger),
      ['liveTasks', 'heapUsed'],
    );
  });

  it('go on after a fault in a check, and tell of it once', async () => {
    const said = recordDiag();
    try {
      run({ heapUsed: { abovePercent: 80 } });
      host.heapUsedPercent = () => {
        throw new Error('no heap');
      };
      await pass(3 * SECOND);
      host.heapUsedPercent = () => 85;
      await pass(SECOND);
      assert.equal(runner.counts.faults, 3);
      assert.equal(events.length, 1);
      assert.deepEqual(said.lines, ["error otel-taskprof: triggers can't be checked: no heap"]);
    } finally {
      said.stop();
    }
  });

  describe('with a baseline', () => {
    const options: TriggersOptions = { liveTasks: { aboveTasks: 50 }, baselineIntervalMillis: 10 * SECOND };

    it('hand out and export the latest of a calm time with each dump', async () => {
      run(options);
      await start(10);
      await pass(SECOND);
      await start(10);
      await pass(10 * SECOND);
      await start(80);
      await pass(SECOND);
      assert.equal(runner.counts.baselines, 2);
      assert.deepEqual([tasksIn(events[0]), tasksIn(events[0], 'baseline')], [100, 20]);
      const roles = exported[0]!.map(({ attributes }) => attributes['taskprof.trigger.role']);
      assert.deepEqual(roles, ['dump', 'baseline']);
    });

    it('take none in a time of trouble', async () => {
      run(options);
      await start(80);
      for (let i = 0; i < 120; i++) await pass(SECOND);
      assert.equal(runner.counts.baselines, 0);
      assert.equal(events.at(-1)!.baseline, undefined);
    });

    it('take none in the warm-up', async () => {
      run({ ...options, warmUpMillis: 30 * SECOND });
      await pass(29 * SECOND);
      assert.equal(runner.counts.baselines, 0);
      await pass(2 * SECOND);
      assert.equal(runner.counts.baselines, 1);
    });

    it('take some where nothing but they are asked for', async () => {
      run({ baselineIntervalMillis: 10 * SECOND });
      await start(3);
      await pass(SECOND);
      assert.equal(tasksIn(await runner.trigger(), 'baseline'), 3);
    });
  });

  describe('on demand', () => {
    it('dump at once, with the reason, whether they were started or not', async () => {
      run({ liveTasks: { aboveTasks: 1_000 }, warmUpMillis: 60 * SECOND });
      runner.stop();
      await start(7);
      const event = await runner.trigger({ reason: 'deployed' });
      assert.equal(tasksIn(event), 7);
      assert.deepEqual([event!.trigger, event!.reason, event!.sighting], ['manual', 'deployed', undefined]);
      assert.deepEqual(events, [event]);
    });

    it('take the options of a snapshot, and tell how it was taken', async () => {
      run({});
      await start(7);
      const slices = await runner.trigger({ snapshot: { matching: /no such function/ } });
      assert.deepEqual([slices!.snapshot.consistency, slices!.snapshot.samples.length], ['slices', 0]);
      const moment = await runner.trigger({ snapshot: { consistency: 'moment', minWaitMillis: 0 } });
      assert.deepEqual([moment!.snapshot.consistency, tasksIn(moment)], ['moment', 7]);
      await runner.forceFlush();
      assert.equal(exported.length, 1, 'a dump of nothing is not exported');
    });

    it('refuse bad options', () => {
      run({});
      for (const options of [{ reason: 5 }, { burst: 5 }, { snapshot: { consistency: 'x' } }] as object[]) {
        assert.throws(() => void runner.trigger(options), InvalidOptionError);
      }
    });

    it('give undefined where the profiler does not run', async () => {
      run({});
      profiler.stop();
      assert.equal(await runner.trigger(), undefined);
      assert.deepEqual([events, runner.counts.droppedDumps], [[], 1]);
    });

    it('take one at a time, and no more than can wait', async () => {
      run({});
      await start(1);
      const asked = await Promise.all(Array.from({ length: 20 }, () => runner.trigger()));
      assert.equal(asked.filter((event) => event !== undefined).length, 8);
      assert.equal(runner.counts.droppedDumps, 12);
    });

    it("leave the profiler's own work out of the dump", async () => {
      run({});
      await start(1);
      let open = (): void => {};
      send = async () => {
        await new Promise<void>((resolve) => (open = resolve));
        return { status: 'success' };
      };
      await runner.trigger();
      const event = await runner.trigger({ snapshot: { matching: /triggers\// } });
      open();
      const waiting = event!.snapshot.samples.map(({ stack, awaitIndex }) => stack[awaitIndex]!.file);
      assert.ok(waiting.length > 0, 'who asked waits for it, in the code of the application');
      assert.deepEqual(
        waiting.filter((file) => file.includes('/src/')),
        [],
      );
    });
  });

  it('dump at their signal, and a storm of them once', async () => {
    run({ signal: { name: 'SIGUSR2', snapshot: { consistency: 'moment' } } });
    await start(3);
    for (let i = 0; i < 5; i++) host.signal('SIGUSR2');
    await runner.forceFlush();
    assert.deepEqual(
      events.map((event) => [event.trigger, event.reason, event.snapshot.consistency, tasksIn(event)]),
      [['signal', 'SIGUSR2', 'moment', 3]],
    );
    assert.equal(runner.counts.held.busy, 4);
  });

  it('are followed by a burst, whose mean is exported as well', async () => {
    run({});
    await start(5);
    const event = await runner.trigger({ burst: { durationMillis: 20, overheadBudget: 0.5 } });
    const mean = await event!.burst!;
    await runner.forceFlush();
    assert.equal(mean!.consistency, 'interval');
    assert.deepEqual(
      exported.map(([profile]) => [
        profile!.attributes['taskprof.trigger.role'],
        profile!.attributes['taskprof.trigger.id'],
      ]),
      [
        ['dump', event!.id],
        ['burst', event!.id],
      ],
    );
  });

  describe('whose onTrigger fails', () => {
    for (const [how, onTrigger] of Object.entries({
      throws: () => {
        throw new Error('no pager');
      },
      rejects: () => Promise.reject(new Error('no pager')),
    })) {
      it(`export all the same, and count it, where it ${how}`, async () => {
        const said = recordDiag();
        try {
          run({ onTrigger });
          await start(1);
          await runner.trigger();
          await runner.forceFlush();
          await settled();
          assert.equal(exported.length, 1);
          assert.equal(runner.counts.faults, 1);
          assert.deepEqual(said.lines, ['error otel-taskprof: a trigger met an error: no pager']);
        } finally {
          said.stop();
        }
      });
    }
  });

  it('call onTrigger outside of their own work: the spans that it makes are kept', async () => {
    let isSuppressed: boolean | undefined;
    run({ onTrigger: () => void (isSuppressed = isTracingSuppressed(context.active())) });
    await runner.trigger();
    assert.equal(isSuppressed, false);
  });

  for (const [how, failing] of Object.entries({
    fails: async (): Promise<ExportOutcome> => ({ status: 'failure', error: new Error('no receiver') }),
    rejects: () => Promise.reject(new Error('no receiver')),
  })) {
    it(`only count an export that ${how}`, async () => {
      send = failing;
      run({});
      await start(1);
      assert.ok(await runner.trigger());
      await runner.forceFlush();
      const { exports, failedExports, faults } = runner.counts;
      assert.deepEqual({ exports, failedExports, faults }, { exports: 1, failedExports: 1, faults: 0 });
    });
  }

  it('begin no more exports than four beside each other', async () => {
    const opens: (() => void)[] = [];
    send = async () => {
      await new Promise<void>((resolve) => opens.push(resolve));
      return { status: 'success' };
    };
    run({});
    await start(1);
    for (let i = 0; i < 6; i++) await runner.trigger();
    assert.deepEqual([opens.length, runner.counts.droppedExports], [4, 2]);
    for (const open of opens) open();
    await runner.forceFlush();
    assert.equal(runner.counts.exports, 4);
  });

  it('let go of the timer, the signal and the event loop when they are stopped, and begin anew', async () => {
    run({ eventLoopDelay: { aboveMillis: 100 }, signal: 'SIGUSR2' });
    assert.deepEqual([[...host.open].sort(), host.hasTimer], [['SIGUSR2', 'event loop'], true]);
    runner.stop();
    assert.deepEqual([[...host.open], host.hasTimer], [[], false]);
    runner.start();
    runner.start();
    assert.deepEqual([[...host.open].sort(), host.hasTimer], [['SIGUSR2', 'event loop'], true]);
  });

  it('have no timer where nothing is watched', () => {
    run({ signal: 'SIGUSR2' });
    assert.equal(host.hasTimer, false);
  });

  it('do nothing while the profiler does not run, and go on when it runs again', async () => {
    run({ liveTasks: { aboveTasks: 5 } });
    profiler.stop();
    await pass(5 * SECOND);
    assert.equal(events.length, 0);
    profiler.start();
    await start(10);
    await pass(SECOND);
    assert.equal(events.length, 1);
  });
});
