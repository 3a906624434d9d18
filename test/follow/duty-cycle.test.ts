import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import { DutyCycle } from '../../src/follow/duty-cycle.ts';
import { seededRandom } from '../support/seeded-random.ts';

const BUDGET = 0.01;

describe('the duty cycle of the hooks', () => {
  let switches: string[];
  let duty: DutyCycle;

  beforeEach(() => {
    switches = [];
    const switched = {
      switchOn: () => void switches.push('on'),
      switchOff: () => void switches.push('off'),
      onShare: () => void switches.push(`share ${duty.share}`),
    };
    duty = new DutyCycle(switched, seededRandom(1), BUDGET);
  });
  afterEach(() => duty.stop());

  /** So many windows of a quarter of a second with this load. */
  function windows(count: number, load: number): void {
    for (let i = 0; i < count; i++) duty.note(load, 250);
  }

  it('is 1 as long as the hooks alone stay within the budget', () => {
    windows(1_000, 0.9 * BUDGET);
    assert.deepEqual([duty.share, duty.isOn, switches], [1, true, []]);
  });

  it('is 1 in a burst of less than five seconds', () => {
    windows(19, 10 * BUDGET);
    assert.equal(duty.isCycling, false);
    windows(1, 10 * BUDGET);
    assert.equal(duty.isCycling, true);
  });

  for (const [load, share] of [
    [1.5, 1 / 4],
    [3, 1 / 8],
    [7, 1 / 16],
    [1_000, 1 / 32],
  ] as const) {
    it(`brings hooks that take ${load} budgets to less than half of one, or as near as it may come`, () => {
      windows(200, load * BUDGET);
      assert.equal(duty.share, share);
      assert.ok(share === 1 / 32 || (share * load > 0.25 && share * load < 0.5), `${share * load}`);
    });
  }

  it('does not go back and forth where the load varies', () => {
    windows(100, 5 * BUDGET);
    const { share } = duty;
    switches.length = 0;
    const random = seededRandom(2);
    for (let i = 0; i < 1_000; i++) windows(1, (4.5 + random()) * BUDGET);
    assert.equal(duty.share, share);
    assert.deepEqual(
      switches.filter((one) => one.startsWith('share')),
      [],
    );
  });

  it('ends when the load is gone, with the hooks on', () => {
    windows(100, 5 * BUDGET);
    windows(100, 0.1 * BUDGET);
    assert.deepEqual([duty.share, duty.isOn], [1, true]);
  });

  it('keeps the hooks on while somebody has to see all', () => {
    windows(100, 5 * BUDGET);
    duty.hold();
    assert.deepEqual([duty.share, duty.isOn], [1, true]);
    windows(100, 5 * BUDGET);
    assert.equal(duty.isCycling, false);
    duty.release();
    windows(100, 5 * BUDGET);
    assert.equal(duty.isCycling, true);
  });

  it('switches nothing any more once it is stopped', () => {
    duty.stop();
    windows(100, 5 * BUDGET);
    const { length } = switches;
    return new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => assert.equal(switches.length, length));
  });

  it('knows what was parked before it began for certain', () => {
    const before = nowMillis() - 1_000;
    windows(100, 5 * BUDGET);
    assert.equal(duty.seenShare(before, nowMillis()), 1);
  });

  it('knows of a park of any age how likely the hooks were on when it began', () => {
    windows(200, 3 * BUDGET);
    while (!duty.isOn) (duty.hold(), duty.release(), windows(100, 3 * BUDGET));
    const on = duty.cycleMillis * duty.share;
    const off = duty.cycleMillis - on;
    const random = seededRandom(3);
    const exponential = (mean: number): number => -mean * Math.log(1 - random());
    const ages = [0.1, 0.5, 1, 2, 5, 20].map((part) => part * on);
    const seen = ages.map(() => 0);
    const TRIALS = 20_000;
    for (let trial = 0; trial < TRIALS; trial++) {
      // Back from a moment at which they are on: a telegraph is the same in both directions.
      let isOn = true;
      let until = exponential(on);
      let at = 0;
      for (const age of ages) {
        while (until < age) {
          isOn = !isOn;
          at = until;
          until = at + exponential(isOn ? on : off);
        }
        if (isOn) seen[ages.indexOf(age)]!++;
      }
    }
    const later = nowMillis() + 60_000;
    ages.forEach((age, i) => {
      const expected = duty.seenShare(later - age, later);
      const error = Math.sqrt((expected * (1 - expected)) / TRIALS);
      const share = seen[i]! / TRIALS;
      assert.ok(Math.abs(share - expected) < 4 * error, `age ${age}: ${share}, expected ${expected}`);
    });
  });
});
