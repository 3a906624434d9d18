import assert from 'node:assert/strict';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { CapturedEvent } from '../../src/capture/captured-event.ts';
import { nowMillis } from '../../src/base/clock.ts';
import { EventResolver } from '../../src/capture/event-resolver.ts';
import type { EventWindow } from '../../src/capture/event-window.ts';
import { FrameTable } from '../../src/capture/frame-table.ts';
import type { Park, ParkClassifier } from '../../src/capture/park-classifier.ts';
import { StackTable } from '../../src/capture/stack-table.ts';
import { NOT_RESUMED, TaskRecord } from '../../src/capture/task-record.ts';
import { WindowResolver } from '../../src/capture/window-resolver.ts';
import { Estimate } from '../../src/snapshot/estimate.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

const everyParkIsATask = { classify: (): Park => ({ kind: 'task', stack: 5, operationFrames: 2 }) };

interface TestedResolver {
  readonly resolver: WindowResolver;
  readonly tasks: TaskRecord[];
  /** Of each record that was looked at. */
  readonly states: TaskRecord['state'][];
}

function resolverWith(random: () => number, classifier = everyParkIsATask): TestedResolver {
  const tasks: TaskRecord[] = [];
  const states: TaskRecord['state'][] = [];
  const events = new EventResolver(new FrameTable(), new StackTable());
  const resolver = new WindowResolver(events, classifier as unknown as ParkClassifier, random, (record) => {
    states.push(record.state);
    if (record.state !== 'dropped') tasks.push(record);
  });
  return { resolver, tasks, states };
}

const PARKED_AT = 1_000;

function resolvedEvent(record?: TaskRecord): CapturedEvent {
  const event = new CapturedEvent({}, {}, record);
  event.raw = undefined;
  return event;
}

/** A run that goes on, with so many events. */
function addOpenRun(resolver: WindowResolver, events: number): EventWindow {
  const window = resolver.open(false);
  for (let i = 0; i < events; i++) resolver.add(window, resolvedEvent(new TaskRecord(PARKED_AT, 1, 1)));
  return window;
}

/** A run of parks that all ended after so many milliseconds, chosen with probability `p`. */
function addRun(resolver: WindowResolver, waits: readonly number[], unitOf: (park: number) => number, p: number): void {
  const window = resolver.open(false);
  waits.forEach((waitMillis, park) => {
    const record = new TaskRecord(PARKED_AT, unitOf(park), p);
    record.resumedAt = waitMillis < 0 ? NOT_RESUMED : PARKED_AT + waitMillis;
    resolver.add(window, resolvedEvent(record));
  });
  window.ended = true;
}

function estimateOf(tasks: readonly TaskRecord[]): Estimate {
  const estimate = new Estimate();
  for (const record of tasks) {
    const waitMillis = record.resumedAt - record.parkedAt;
    estimate.add({
      task: record,
      amount: record.weight * waitMillis,
      inclusionProbability: 1 / record.weight,
      waitMillis,
      source: 'captured',
    });
  }
  return estimate;
}

describe('WindowResolver', () => {
  const RUNS = 40;
  const WAITS = Array.from({ length: 12 }, (_, park) => 0.1 + park / 100);

  for (const p of [0.9, 0.3]) {
    it(`passes over short runs without bias, and the standard error knows of it, at p = ${p}`, () => {
      const totals: number[] = [];
      const claimed: number[] = [];
      let looked = 0;
      for (let trial = 0; trial < 400; trial++) {
        const random = seededRandom(1 + trial * 7919);
        const { resolver, tasks } = resolverWith(random);
        for (let run = 0; run < RUNS; run++) if (random() < p) addRun(resolver, WAITS, () => run, p);
        while (!resolver.resolveSlice(1));
        const estimate = estimateOf(tasks);
        totals.push(estimate.total);
        claimed.push(estimate.standardError);
        looked += tasks.length;
      }
      expectUnbiased(totals, RUNS * WAITS.reduce((sum, wait) => sum + wait), 'total');
      const shown = standardDeviation(totals);
      const ratio = Math.sqrt(mean(claimed.map((error) => error ** 2))) / shown;
      assert.ok(Math.abs(ratio - 1) < 0.12, `claims ${ratio.toFixed(2)} of what is shown`);
      assert.ok(looked < 400 * RUNS * WAITS.length * p * 0.3, `${looked} were resolved`);
    });
  }

  it('passes over no run of several units: their choices would hang together', () => {
    const { resolver, tasks } = resolverWith(() => 0.999);
    addRun(resolver, WAITS, (park) => park % 2, 0.5);
    assert.ok(resolver.resolveSlice(1_000));
    assert.equal(tasks.length, WAITS.length);
  });

  it('passes over no run that is still parked, or that is sampled with certainty', () => {
    const { resolver, tasks } = resolverWith(() => 0.999);
    addRun(resolver, [...WAITS, -1], () => 1, 0.5);
    addRun(resolver, WAITS, () => 2, 1);
    assert.ok(resolver.resolveSlice(1_000));
    assert.equal(tasks.length, 2 * WAITS.length + 1);
  });

  it('passes over no run with a longer wait, and leaves it its weight', () => {
    for (const longest of [1, 3]) {
      const { resolver, tasks } = resolverWith(() => 0.999);
      addRun(resolver, [0.1, longest], () => 1, 0.5);
      assert.ok(resolver.resolveSlice(1_000));
      assert.deepEqual(
        tasks.map(({ weight }) => weight),
        [2, 2],
      );
    }
  });

  it('weighs what it looks at by chance the more, beside events that are no parks', () => {
    const { resolver, tasks } = resolverWith(() => 0);
    const window = resolver.open(false);
    resolver.add(window, resolvedEvent());
    const record = new TaskRecord(PARKED_AT, 1, 0.5);
    record.resumedAt = PARKED_AT + 0.25;
    resolver.add(window, resolvedEvent(record));
    window.ended = true;
    assert.ok(resolver.resolveSlice(1_000));
    assert.deepEqual([tasks, record.weight, record.unitProbability], [[record], 8, 0.125]);
  });

  it('goes on after a run that it has passed over', () => {
    const { resolver, tasks } = resolverWith(() => 0.999);
    addRun(resolver, [0.1], () => 1, 0.5);
    addRun(resolver, [5], () => 2, 0.5);
    assert.ok(resolver.resolveSlice(1_000));
    assert.equal(tasks.length, 1);
    assert.equal(resolver.pendingEvents, 0);
  });

  it('hands on what a park turned out to be: a task with its stack, or none', () => {
    const { resolver, states } = resolverWith(() => 0, { classify: () => ({ kind: 'call' }) });
    const called = new TaskRecord(PARKED_AT, 1, 1);
    resolver.add(resolver.open(false), resolvedEvent(called));
    resolver.resolveAll();
    assert.deepEqual([states, called.stack], [['dropped'], 0]);
    const { resolver: other, tasks } = resolverWith(() => 0);
    addOpenRun(other, 1);
    other.resolveAll();
    assert.deepEqual([tasks[0]!.stack, tasks[0]!.operationFrames, tasks[0]!.state], [5, 2, 'pending']);
  });

  it('asks for no park that is known to be none', () => {
    const { resolver, states } = resolverWith(() => 0);
    const window = addOpenRun(resolver, 2);
    window.events[0]!.record!.state = 'dropped';
    resolver.resolveAll();
    assert.deepEqual([states, resolver.pendingEvents], [['pending'], 0]);
  });

  it('keeps the last events of a run that goes on, to compare the next with, and none of one that has ended', () => {
    const { resolver } = resolverWith(() => 0);
    const window = addOpenRun(resolver, 100);
    addRun(resolver, [5], () => 1, 1);
    const last = window.events.slice(-64);
    resolver.resolveAll();
    assert.deepEqual([...resolver.heldEvents()], last);
    assert.equal(window.cut, true);
    resolver.add(window, resolvedEvent());
    addOpenRun(resolver, 3);
    resolver.resolveAll();
    assert.deepEqual([[...resolver.heldEvents()].length, resolver.pendingEvents], [67, 0]);
  });

  it('keeps no event between two turns, once all are resolved', () => {
    const { resolver } = resolverWith(() => 0);
    const window = addOpenRun(resolver, 100);
    assert.ok(resolver.resolveSlice(1_000));
    assert.deepEqual([[...resolver.heldEvents()], window.cut], [[], false]);
    resolver.add(window, resolvedEvent());
    assert.deepEqual([[...resolver.heldEvents()].length, resolver.pendingEvents], [1, 1]);
    assert.ok(resolver.resolveSlice(1_000));
    addOpenRun(resolver, 3);
    assert.ok(resolver.resolveSlice(1_000), 'the run that goes on stands before it, with nothing to resolve');
  });

  it('resolves for as long as it may, and keeps events for those that wait', () => {
    const { resolver, states } = resolverWith(() => 0, {
      classify: () => {
        const begin = nowMillis();
        while (nowMillis() - begin < 2);
        return { kind: 'none' };
      },
    });
    addOpenRun(resolver, 3);
    addOpenRun(resolver, 70);
    assert.equal(resolver.resolveSlice(-1), false);
    assert.deepEqual([states.length, resolver.pendingEvents], [0, 73]);
    while (states.length === 0) assert.equal(resolver.resolveSlice(1), false);
    assert.deepEqual([states.length, resolver.pendingEvents], [1, 72]);
    while (resolver.pendingEvents > 70) assert.equal(resolver.resolveSlice(1), false);
    assert.equal([...resolver.heldEvents()].length, 73);
    resolver.resolveAll();
    assert.equal(states.length, 73);
  });

  it('lets go of everything where it is told to', () => {
    const { resolver } = resolverWith(() => 0);
    addOpenRun(resolver, 3);
    resolver.clear();
    assert.deepEqual([[...resolver.heldEvents()], resolver.pendingEvents], [[], 0]);
  });

  it('holds the context of no event that is resolved, whatever became of it', () => {
    const { resolver } = resolverWith(() => 0);
    const window = resolver.open(false);
    for (const state of ['pending', 'dropped'] as const) {
      const event = new CapturedEvent({}, {}, new TaskRecord(0, 1, 1));
      event.record!.state = state;
      event.context = ROOT_CONTEXT;
      event.raw = undefined;
      resolver.add(window, event);
    }
    resolver.resolveAll();
    assert.deepEqual(
      Array.from(resolver.heldEvents(), (event) => event.context),
      [undefined, undefined],
    );
  });

  it('looks at no link to tell whether a run was short', () => {
    const { resolver, tasks } = resolverWith(() => 0.999);
    const window = resolver.open(false);
    for (const isLink of [true, false]) {
      const record = new TaskRecord(0, 1, 0.5);
      const event = new CapturedEvent({}, {}, record);
      event.raw = undefined;
      event.isLink = isLink;
      if (isLink) record.state = 'dropped';
      else record.resumedAt = 0.1;
      resolver.add(window, event);
    }
    window.ended = true;
    assert.ok(resolver.resolveSlice(1_000));
    assert.equal(tasks.length, 0);
    assert.equal(resolver.pendingEvents, 0);
  });
});
