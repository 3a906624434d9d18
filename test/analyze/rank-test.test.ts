import assert from 'node:assert/strict';
import { falseDiscoveryRates } from '../../src/analyze/false-discovery.ts';
import { normalTail } from '../../src/analyze/normal-tail.ts';
import { type Level, rankTest } from '../../src/analyze/rank-test.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { pValueByCounting } from './naive-rank-test.ts';

/** Chosen first. */
function levelsOf(chosen: readonly number[], others: readonly number[]): Level[] {
  const all = [...chosen, ...others];
  const count = (values: readonly number[], value: number): number => values.filter((one) => one === value).length;
  return [...new Set(all)]
    .sort((a, b) => a - b)
    .map((value) => ({ value, count: count(all, value), chosen: count(chosen, value) }));
}

/** Every way to choose as many: the share whose rank sum is as far out on the side of what was seen, as likely ones halved. */
function pValueByEnumeration(chosen: readonly number[], others: readonly number[]): number {
  const all = [...chosen, ...others];
  const rankOf = (value: number): number =>
    all.filter((one) => one < value).length + (all.filter((one) => one === value).length + 1) / 2;
  const ranks = all.map(rankOf);
  const seen = ranks.slice(0, chosen.length).reduce((sum, rank) => sum + rank, 0);
  const isUpper = seen >= (chosen.length * (all.length + 1)) / 2;
  let [further, ways] = [0, 0];
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      ways++;
      if (sum === seen) further += 0.5;
      else if (sum > seen === isUpper) further++;
      return;
    }
    for (let at = from; at <= ranks.length - left; at++) choose(at + 1, left - 1, sum + ranks[at]!);
  };
  choose(0, chosen.length, 0);
  return Math.min(1, (2 * further) / ways);
}

describe('rank test', () => {
  for (const [name, chosen, others] of [
    ['all of the few that have any', [1, 2, 1], [...new Array<number>(17).fill(0)]],
    ['one of two that have any', [3, 0], [5, ...new Array<number>(20).fill(0)]],
    ['the greatest', [9, 8, 7], [1, 2, 3, 4, 5, 6, 1, 2]],
    ['the least', [0, 1], [4, 4, 5, 6, 7, 9]],
    ['the middle', [3, 4], [1, 2, 3, 4, 5, 6]],
    ['ties', [2, 2, 3, 1], [1, 1, 2, 2, 2, 3, 1, 1]],
  ] as const) {
    it(`gives the p-value of all permutations: ${name}`, () => {
      const { pValue } = rankTest(levelsOf(chosen, others));
      assert.ok(Math.abs(pValue - pValueByEnumeration(chosen, others)) < 1e-9, `${pValue}`);
    });
  }

  it('is near that of all permutations where they are too many to count, far out as well', () => {
    const random = seededRandom(11);
    const ratios: number[] = [];
    let least = 1;
    for (let trial = 0; trial < 60; trial++) {
      const shift = Math.floor(random() * 12);
      const zeros = random();
      const draw = (): number => (random() < zeros ? 0 : Math.floor(random() * 15));
      const chosen = Array.from({ length: 8 + Math.floor(random() * 8) }, () => draw() + Math.round(random() * shift));
      const others = Array.from({ length: 60 }, draw);
      const expected = pValueByCounting(chosen, others);
      ratios.push(Math.log(rankTest(levelsOf(chosen, others)).pValue / expected));
      least = Math.min(least, expected);
    }
    assert.ok(least < 1e-6, `${least}`);
    assert.ok(Math.max(...ratios.map(Math.abs)) < Math.log(1.3), `${Math.exp(Math.max(...ratios.map(Math.abs)))}`);
  });

  it('is not fooled by a stack that is in three of ten thousand profiles, all of them chosen', () => {
    // Each is chosen with probability 0.05; the normal approximation of the rank sum is off by many powers of ten.
    const { pValue } = rankTest([
      { value: 0, count: 9_997, chosen: 497 },
      { value: 1, count: 2, chosen: 2 },
      { value: 7, count: 1, chosen: 1 },
    ]);
    assert.ok(pValue > 0.9 * 0.05 ** 3 && pValue < 1.1 * 0.05 ** 3, `${pValue}`);
  });

  it('knows what is far out even where rounding leaves nothing to divide by', () => {
    // All but one of the greatest are chosen: the p-value of all permutations is 3e-250.
    const { pValue } = rankTest([
      { value: 0, count: 11, chosen: 0 },
      { value: 1, count: 11_794, chosen: 26 },
      { value: 2, count: 116, chosen: 115 },
    ]);
    assert.ok(pValue > 3e-250 && pValue < 1e-200, `${pValue}`);
  });

  it('finds as many by chance as it says', () => {
    const random = seededRandom(5);
    const trials = 4_000;
    const found = { rare: 0, frequent: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const rare = Array.from({ length: 200 }, () => (random() < 0.1 ? 1 + Math.floor(random() * 3) : 0));
      const frequent = Array.from({ length: 200 }, () => Math.floor(random() * random() * 60));
      if (rankTest(levelsOf(rare.slice(0, 10), rare.slice(10))).pValue < 0.05) found.rare++;
      if (rankTest(levelsOf(frequent.slice(0, 10), frequent.slice(10))).pValue < 0.05) found.frequent++;
    }
    // 200 expected, standard deviation 14.
    assert.ok(Math.abs(found.frequent - 0.05 * trials) < 60, `${found.frequent}`);
    assert.ok(found.rare < 0.05 * trials + 60, `${found.rare}`);
  });

  it('tells how often one of the chosen has more', () => {
    const { superiority } = rankTest(levelsOf([2, 3], [1, 1, 2]));
    assert.equal(superiority.toFixed(9), ((2 + 0.5 + 3) / 6).toFixed(9));
    assert.deepEqual(rankTest(levelsOf([1, 1], [1, 1, 1])), { pValue: 1, superiority: 0.5 });
  });
});

describe('the tail of the normal distribution', () => {
  it('is exact in the middle and far out', () => {
    // From tables of 15 digits.
    const known: [number, number][] = [
      [0, 0.5],
      [1, 0.158655253931457],
      [-1.96, 0.97500210485178],
      [2.9999, 0.00135034116],
      [3, 0.00134989803163009],
      [6, 9.86587645037698e-10],
      [30, 4.90671392714819e-198],
    ];
    for (const [z, tail] of known) assert.ok(Math.abs(normalTail(z) / tail - 1) < 1e-7, `${z}: ${normalTail(z)}`);
  });
});

describe('false discovery rates', () => {
  it('are those of Benjamini and Hochberg: the least of p times count over rank from there on', () => {
    const pValues = [0.01, 0.04, 0.03, 0.005, 0.55];
    const naive = pValues.map((p) => {
      const atLeast = pValues.filter((one) => one >= p);
      return Math.min(...atLeast.map((one) => (one * 5) / pValues.filter((other) => other <= one).length), 1);
    });
    assert.deepEqual(falseDiscoveryRates(pValues), naive);
  });
});
