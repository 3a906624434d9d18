import assert from 'node:assert/strict';
import { MovingAverage } from '../../src/triggers/moving-average.ts';
import type { TriggersOptions } from '../../src/triggers/trigger-options.ts';
import { triggersConfig } from '../../src/triggers/trigger-config.ts';
import { Watch } from '../../src/triggers/watch.ts';

const SECOND = 1_000;

/** A watch of live tasks that is looked at once a second. */
class Looks {
  now = 0;
  readonly #watch: Watch;

  constructor(options: NonNullable<TriggersOptions['liveTasks']>) {
    this.#watch = new Watch(triggersConfig({ liveTasks: { warmUpMillis: 0, ...options } }).watches[0]!, 0);
  }

  /** So many looks at this value; those that fired, by their seconds. Each is dumped. */
  see(value: number, seconds = 1): number[] {
    const fired: number[] = [];
    for (let i = 0; i < seconds; i++) {
      this.now += SECOND;
      if (this.look(value) !== 'fires') continue;
      this.#watch.fired(this.now);
      fired.push(this.now / SECOND);
    }
    return fired;
  }

  look(value: number): string {
    const verdict = this.#watch.look(value, this.now);
    return verdict.state === 'held' ? verdict.why : verdict.state;
  }

  sighting(value: number): unknown {
    this.now += SECOND;
    const verdict = this.#watch.look(value, this.now);
    if (verdict.state !== 'fires') return verdict.state;
    const { threshold, average, ...others } = verdict.sighting;
    return { ...others, threshold: Math.round(threshold), average: Math.round(average) };
  }
}

describe('a watched quantity', () => {
  it('fires above the bound and not at it', () => {
    const looks = new Looks({ aboveTasks: 500 });
    assert.equal(looks.look(500), 'calm');
    assert.equal(looks.look(501), 'fires');
  });

  it('fires where it has risen by the percentage over the moving average', () => {
    const looks = new Looks({ risenPercent: 50 });
    assert.deepEqual(looks.see(1_000, 60), []);
    assert.deepEqual(looks.see(1_499), []);
    const seen = new Looks({ risenPercent: 50 });
    seen.see(1_000, 60);
    assert.deepEqual(seen.sighting(1_501), {
      rule: 'risen',
      value: 1_501,
      threshold: 1_500,
      average: 1_000,
      unit: 'tasks',
    });
  });

  it('tells the bound and the average of what fired above it', () => {
    const looks = new Looks({ aboveTasks: 2_000 });
    looks.see(1_000, 60);
    const sighting = { rule: 'above', value: 3_000, threshold: 2_000, average: 1_000, unit: 'tasks' };
    assert.deepEqual(looks.sighting(3_000), sighting);
  });

  it('does not take for risen what is less than the minimum', () => {
    const looks = new Looks({ risenPercent: 50, atLeastTasks: 300 });
    looks.see(10, 60);
    assert.equal(looks.look(299), 'calm');
    assert.equal(looks.look(300), 'fires');
  });

  it('is held above the maximum: the process is in danger already', () => {
    const looks = new Looks({ aboveTasks: 500, atMostTasks: 2_000 });
    assert.equal(looks.look(2_001), 'atMost');
    assert.equal(looks.look(2_000), 'fires');
  });

  it('is held in its warm-up', () => {
    const looks = new Looks({ aboveTasks: 500, warmUpMillis: 30 * SECOND });
    looks.now = 30 * SECOND - 1;
    assert.equal(looks.look(501), 'warmUp');
    looks.now++;
    assert.equal(looks.look(501), 'fires');
  });

  it('fires again after each cool-down as long as it is above the bound', () => {
    const looks = new Looks({ aboveTasks: 500, coolDownMillis: 10 * SECOND });
    assert.deepEqual(looks.see(501, 25), [1, 11, 21]);
  });

  it('begins no cool-down with what was held', () => {
    const looks = new Looks({ aboveTasks: 500, atMostTasks: 600, coolDownMillis: 10 * SECOND });
    assert.deepEqual(looks.see(601), []);
    assert.deepEqual(looks.see(501), [2]);
  });

  // cockroachdb/cockroach#103321: one spike early in a process kept a high-water mark up for good.
  it('fires at a lesser spike after a greater one, whatever the height of the first was', () => {
    const looks = new Looks({ risenPercent: 50, coolDownMillis: 60 * SECOND });
    looks.see(1_000, 120);
    assert.equal(looks.see(100_000, 5).length, 1);
    assert.deepEqual(looks.see(1_000, 900), []);
    assert.equal(looks.see(2_000, 5).length, 1);
  });

  it('gets used to a level that stays', () => {
    const looks = new Looks({ risenPercent: 50, coolDownMillis: SECOND });
    looks.see(1_000, 120);
    assert.ok(looks.see(2_000, 60).length > 1);
    looks.see(2_000, 240);
    assert.deepEqual(looks.see(2_000, 60), []);
  });
});

describe('MovingAverage', () => {
  it('is the first value until there is a second, which then counts for what it stands for', () => {
    const average = new MovingAverage(60 * SECOND);
    assert.ok(Number.isNaN(average.value));
    average.add(10, 0);
    assert.equal(average.value, 10);
    average.add(20, SECOND);
    assert.ok(Math.abs(average.value - 20) < 0.1, `${average.value}`);
  });

  it('lets a value count for the time that it stands for', () => {
    const often = new MovingAverage(60 * SECOND);
    const seldom = new MovingAverage(60 * SECOND);
    for (let second = 0; second <= 100; second++) {
      often.add(second < 50 ? 0 : 100, second * SECOND);
      if (second % 10 === 0) seldom.add(second <= 50 ? 0 : 100, second * SECOND);
    }
    assert.ok(Math.abs(often.value - seldom.value) < 2, `${often.value}, ${seldom.value}`);
  });
});
