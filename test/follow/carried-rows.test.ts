import assert from 'node:assert/strict';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { chooseCarried } from '../../src/follow/carried-rows.ts';
import { TaskRegistry } from '../../src/follow/task-registry.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { mean, standardDeviation } from '../support/statistics.ts';

const RESUMED_LATER = new Promise<never>(() => undefined);

/** Rows with these probabilities, the first one the oldest. */
function rowsOf(probabilities: readonly number[]): { registry: TaskRegistry; rows: number[] } {
  const registry = new TaskRegistry();
  const rows = probabilities.map((probability, i) => {
    const promise = RESUMED_LATER.then(() => undefined);
    registry.find(RESUMED_LATER);
    return registry.register(promise, RESUMED_LATER, ROOT_CONTEXT, i, 0, probability);
  });
  return { registry, rows };
}

describe('rows that are carried over a stretch without hooks', () => {
  it('are all of them, as they are, where there is room', () => {
    const { registry, rows } = rowsOf([1, 0.5, 0.25]);
    assert.deepEqual(
      [...chooseCarried(registry, 8, seededRandom(1))],
      [
        [rows[0], 1],
        [rows[1], 0.5],
        [rows[2], 0.25],
      ],
    );
    registry.close();
  });

  it('are the oldest for certain, and of the others about as many as there is room for, which stand for all', () => {
    const random = seededRandom(1);
    const probabilities = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 0.05 : 1));
    const { registry, rows } = rowsOf(probabilities);
    const truth = probabilities.reduce((sum, probability) => sum + 1 / probability, 0);
    const trials = Array.from({ length: 300 }, () => chooseCarried(registry, 40, random));
    for (const trial of trials)
      for (let i = 0; i < 10; i++) assert.equal(trial.get(rows[i]!), Math.fround(probabilities[i]!));
    const counts = trials.map((trial) => trial.size);
    assert.ok(Math.abs(mean(counts) - 40) < 1, `${mean(counts)} rows`);
    const totals = trials.map((trial) => [...trial.values()].reduce((sum, probability) => sum + 1 / probability, 0));
    const error = standardDeviation(totals) / Math.sqrt(totals.length);
    assert.ok(Math.abs(mean(totals) - truth) < 4 * error, `${mean(totals)} ± ${error} of ${truth}`);
    // What stands for twenty is kept twenty times as often: no row comes to stand for much more than others.
    const largest = Math.max(...trials.flatMap((trial) => [...trial.values()].map((probability) => 1 / probability)));
    assert.ok(largest < 100, `one stands for ${largest}`);
    registry.close();
  });

  it('are leaves of a registry that holds nothing else then, and follows on from there', () => {
    const { registry, rows } = rowsOf([1, 1, 1]);
    const dropped: number[] = [];
    registry.keepOnly(new Map([[rows[1]!, 0.5]]), (row) => dropped.push(row));
    registry.check();
    assert.deepEqual([dropped, registry.live, registry.probability(rows[1]!)], [[rows[0], rows[2]], 1, 0.5]);
    registry.find(RESUMED_LATER);
    registry.register(
      RESUMED_LATER.then(() => undefined),
      RESUMED_LATER,
      ROOT_CONTEXT,
      9,
      0,
      1,
    );
    registry.check();
    assert.equal(registry.live, 2);
    registry.close();
  });
});
