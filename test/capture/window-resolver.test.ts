import assert from 'node:assert/strict';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { CapturedEvent } from '../../src/capture/captured-event.ts';
import { EventResolver } from '../../src/capture/event-resolver.ts';
import { FrameTable } from '../../src/capture/frame-table.ts';
import type { ParkClassifier } from '../../src/capture/park-classifier.ts';
import { StackTable } from '../../src/capture/stack-table.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import { WindowResolver } from '../../src/capture/window-resolver.ts';
import { Estimate } from '../../src/snapshot/estimate.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

const everyParkIsATask = { classify: () => ({ kind: 'task', stack: 0, operationFrames: 0 }) };

/** A run of `parks` parks that all ended after `waitMillis`, chosen with `probability`; resolved between two turns. */
function resolverWith(random: () => number): { resolver: WindowResolver; tasks: TaskRecord[] } {
  const tasks: TaskRecord[] = [];
  const events = new EventResolver(new FrameTable(), new StackTable());
  const classifier = everyParkIsATask as unknown as ParkClassifier;
  return {
    resolver: new WindowResolver(events, classifier, random, (record) => {
      if (record.state !== 'dropped') tasks.push(record);
    }),
    tasks,
  };
}

function addRun(resolver: WindowResolver, waits: readonly number[], unitOf: (park: number) => number, p: number): void {
  const window = resolver.open(false);
  waits.forEach((waitMillis, park) => {
    const record = new TaskRecord(0, unitOf(park), p);
    record.resumedAt = waitMillis;
    const event = new CapturedEvent({}, {}, record);
    event.raw = undefined;
    resolver.add(window, event);
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
