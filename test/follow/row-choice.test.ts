import assert from 'node:assert/strict';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Random } from '../../src/base/random.ts';
import { ContextFilter } from '../../src/capture/context-filter.ts';
import type { SampleRequest } from '../../src/capture/live-sample.ts';
import { chooseRows } from '../../src/follow/row-choice.ts';
import type { RowChoice } from '../../src/follow/chosen-row.ts';
import { chooseAtRandom } from '../../src/follow/random-rows.ts';
import { RowShape } from '../../src/follow/row-layout.ts';
import { TaskRegistry } from '../../src/follow/task-registry.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

const NO_CONTEXTS: { isIn: (row: number) => boolean } = { isIn: () => false };

const everything: SampleRequest = {
  maxTasks: 100,
  minWaitMillis: 0,
  wanted: undefined,
  matches: undefined,
  pinned: undefined,
};

describe('the choice of rows', () => {
  let registry: TaskRegistry;
  let rows: number[];

  /** In one go. */
  function choiceOf(request: SampleRequest, now: number, random: Random, contexts = NO_CONTEXTS): RowChoice {
    return chooseRows(registry, request, now, random, contexts).slice(Infinity)!;
  }

  /** Leaves that parked at 0, 1, 2 ... */
  function park(count: number): void {
    rows = [];
    for (let i = 0; i < count; i++) {
      rows.push(registry.register(new Promise(() => undefined), {}, ROOT_CONTEXT, i, 0, 1));
    }
  }

  beforeEach(() => (registry = new TaskRegistry()));
  afterEach(() => registry.close());

  // The first is scanned as a whole; the second is not, and of the third most rows are free.
  for (const { live, released } of [
    { live: 1_000, released: 0 },
    { live: 20_000, released: 0 },
    { live: 17_000, released: 600_000 },
  ]) {
    it(`takes the oldest for certain and each other one alike, of ${live} and ${released} that have gone`, () => {
      park(live + released);
      // What has gone lies in between.
      const stride = (live + released) / live;
      const kept = new Set(Array.from({ length: live }, (_, i) => rows[Math.floor(i * stride)]!));
      for (const row of rows) if (!kept.has(row)) registry.release(row);
      registry.check();
      const left = rows.filter((row) => kept.has(row));
      const place = new Map(left.map((row, i) => [row, i]));
      const random = seededRandom(7);
      const TENTHS = 10;
      const hits = new Array<number>(TENTHS).fill(0);
      const trials = released === 0 ? 200 : 20;
      const certain = Math.ceil(everything.maxTasks / 8);
      const drawn = everything.maxTasks - certain;
      for (let trial = 0; trial < trials; trial++) {
        const { rows: chosen } = choiceOf(everything, live, random);
        assert.equal(new Set(chosen.map(({ candidate }) => candidate)).size, everything.maxTasks);
        const sure = chosen.filter(({ probability }) => probability === 1).map(({ candidate }) => candidate);
        assert.deepEqual(
          sure.sort((a, b) => place.get(a)! - place.get(b)!),
          left.slice(0, certain),
        );
        for (const { candidate, probability } of chosen) {
          if (probability === 1) continue;
          assert.equal(probability, drawn / (live - certain));
          hits[Math.floor(((place.get(candidate)! - certain) / (live - certain)) * TENTHS)]!++;
        }
      }
      // Chi-squared with 9 degrees of freedom: above 33.7 once in ten thousand.
      const expected = (trials * drawn) / TENTHS;
      const chi = hits.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      assert.ok(chi < 33.7, hits.join(' '));
    });
  }

  it('takes all where there are no more than wanted', () => {
    park(100);
    const { rows: chosen } = choiceOf(everything, 100, seededRandom(1));
    assert.deepEqual(
      chosen.map(({ candidate }) => candidate).sort((a, b) => a - b),
      rows,
    );
    assert.ok(chosen.every(({ probability }) => probability === 1));
  });

  it('takes only what has waited long enough', () => {
    park(1_000);
    const { rows: chosen } = choiceOf({ ...everything, minWaitMillis: 990 }, 1_000, seededRandom(1));
    assert.deepEqual(
      chosen.map(({ candidate }) => registry.parkedAt(candidate)).sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });

  for (const { every, isExact } of [
    { every: 4, isExact: false },
    // So few that all rows are looked at.
    { every: 500, isExact: true },
  ]) {
    it(`counts one wanted row in ${every} of 20,000 ${isExact ? 'exactly' : 'without bias'}, with the oldest of them`, () => {
      park(20_000);
      const wanted = new Set(rows.filter((_, i) => i % every === 7 % every));
      const oldest = rows.filter((row) => wanted.has(row)).slice(0, 5);
      const request = { ...everything, wanted: new ContextFilter({ tenant: 'acme' }) };
      const random = seededRandom(11);
      const counts: number[] = [];
      for (let trial = 0; trial < 100; trial++) {
        const { rows: chosen, wantedShares } = choiceOf(request, 20_000, random, { isIn: (row) => wanted.has(row) });
        assert.ok(chosen.length <= request.maxTasks && chosen.length >= Math.min(wanted.size, 60));
        assert.ok(chosen.every(({ candidate }) => wanted.has(candidate)));
        const sure = chosen.filter(({ probability }) => probability === 1).map(({ candidate }) => candidate);
        for (const row of oldest) assert.ok(sure.includes(row));
        if (!isExact) assert.ok(Math.abs(wantedShares[0] * every - 1) < 0.5, `${wantedShares[0]}`);
        counts.push(chosen.reduce((sum, { probability }) => sum + 1 / probability, 0));
      }
      if (isExact) for (const count of counts) assert.ok(Math.abs(count - wanted.size) < 1e-9);
      else expectUnbiased(counts, wanted.size, 'wanted rows');
    });
  }

  it('looks at all rows in slices while rows come and go, and knows which have gone', () => {
    park(20_000);
    const wanted = new Set([rows[3]!, rows[10_000]!, rows[19_000]!]);
    const request = { ...everything, wanted: new ContextFilter({ tenant: 'acme' }) };
    const choosing = chooseRows(registry, request, 20_000, seededRandom(1), { isIn: (row) => wanted.has(row) });
    let choice: RowChoice | undefined;
    let slices = 0;
    while (choice === undefined) {
      choice = choosing.slice(-Infinity);
      if (slices++ !== 5) continue;
      registry.release(rows[3]!);
      registry.find({});
      registry.register(new Promise(() => undefined), {}, ROOT_CONTEXT, 20_000, 0, 1);
    }
    assert.ok(slices > 50);
    assert.deepEqual(
      choice.rows.map(({ candidate }) => candidate),
      [rows[10_000], rows[19_000]],
    );
    assert.ok(choice.isComplete);
  });

  it('leaves links out, and tells rows from later ones in their place', () => {
    park(10);
    const inner = {};
    registry.endTurn();
    registry.find({});
    const link = registry.register(inner, {}, ROOT_CONTEXT, 10, 0, 1);
    registry.find(inner);
    registry.register(new Promise(() => undefined), inner, ROOT_CONTEXT, 11, 0, 1);
    assert.equal(registry.shape(link), RowShape.link);
    const { rows: chosen } = choiceOf(everything, 20, seededRandom(1));
    assert.ok(chosen.every(({ candidate }) => candidate !== link));
    const { candidate, madeAt } = chosen[0]!;
    assert.equal(registry.madeAt(candidate), madeAt);
    registry.release(candidate);
    registry.find({});
    registry.register(new Promise(() => undefined), {}, ROOT_CONTEXT, 12, 0, 1);
    assert.notEqual(registry.madeAt(candidate), madeAt);
  });

  it('at a moment gives each row of a shape the same chance', () => {
    park(3_000);
    const random = seededRandom(3);
    const hits = [0, 0, 0];
    for (let i = 0; i < 500; i++) {
      const chosen = chooseAtRandom(registry, RowShape.leaf, 30, random);
      assert.equal(chosen.length, 30);
      for (const { candidate, probability } of chosen) {
        assert.equal(probability, 0.01);
        hits[Math.floor(registry.parkedAt(candidate) / 1_000)]!++;
      }
    }
    assert.ok(
      hits.every((count) => Math.abs(count - 5_000) < 4 * Math.sqrt(5_000)),
      hits.join(' '),
    );
  });
});
