import assert from 'node:assert/strict';
import { LEAD_IN_EVENTS, PIECE_EVENTS, createPromiseHook } from '../../src/capture/promise-hook.ts';
import type { ParkRecorder } from '../../src/capture/park-recorder.ts';
import { geometricGap } from '../../src/base/random.ts';
import { seededRandom } from '../support/seeded-random.ts';

interface Seen {
  readonly event: number;
  readonly unit: number;
  readonly counted: boolean;
}

/** A recorder that only notes what it is told; event n is the n-th `init`. */
class NotingRecorder {
  stamped = 0;
  readonly seen: Seen[] = [];
  readonly cuts: boolean[] = [];
  #unit = 0;

  guard(part: (promise: object, parent?: object) => void, promise?: object, parent?: object): void {
    part(promise!, parent);
  }
  resumed(): void {}
  beginRun(cut: boolean): void {
    this.cuts.push(cut);
  }
  beginUnit(): void {
    this.#unit++;
  }
  endRun(): void {}
  noteParent(): void {}
  capture(promise: object, _parent: object | undefined, counted: boolean): void {
    this.seen.push({ event: (promise as { event: number }).event, unit: this.#unit, counted });
  }
}

function hookWith(gaps: () => number): { recorder: NotingRecorder; events: (count: number) => void; run: () => void } {
  const recorder = new NotingRecorder();
  const stamp = { put: () => undefined, get: () => undefined };
  const hook = createPromiseHook(gaps, recorder as unknown as ParkRecorder, stamp);
  let event = 0;
  return {
    recorder,
    events: (count) => {
      for (let i = 0; i < count; i++) hook.init({ event: event++ });
    },
    run: () => hook.before({}),
  };
}

const gapsOf =
  (...gaps: number[]): (() => number) =>
  () =>
    gaps.shift() ?? Infinity;

describe('the promise hook', () => {
  it('takes every event of a chosen run and none of the others', () => {
    const { recorder, events, run } = hookWith(gapsOf(2, 2));
    for (let i = 0; i < 6; i++) {
      events(3);
      run();
    }
    // Runs 0, 2, 4 ... are skipped: a gap of 2 means that the second piece from here is chosen.
    assert.deepEqual(
      recorder.seen.map(({ event }) => event),
      [3, 4, 5, 9, 10, 11],
    );
    assert.ok(recorder.seen.every(({ counted }) => counted));
    assert.deepEqual(new Set(recorder.cuts), new Set([false]));
  });

  it('cuts a long run into pieces that are chosen each for itself, with a lead-in that does not count', () => {
    const { recorder, events } = hookWith(gapsOf(3));
    events(PIECE_EVENTS * 4);
    const counted = recorder.seen.filter((seen) => seen.counted).map(({ event }) => event);
    const leadIn = recorder.seen.filter((seen) => !seen.counted).map(({ event }) => event);
    assert.deepEqual(
      counted,
      Array.from({ length: PIECE_EVENTS }, (_, i) => 2 * PIECE_EVENTS + i),
    );
    assert.deepEqual(
      leadIn,
      Array.from({ length: LEAD_IN_EVENTS }, (_, i) => 2 * PIECE_EVENTS - LEAD_IN_EVENTS + i),
    );
    assert.deepEqual(recorder.cuts, [true]);
  });

  it('makes each piece of a long run a unit of its own', () => {
    const { recorder, events } = hookWith(() => 1);
    events(PIECE_EVENTS * 3);
    assert.deepEqual(
      recorder.seen.map(({ unit }) => unit),
      recorder.seen.map((_, i) => 1 + Math.floor(i / PIECE_EVENTS)),
    );
  });

  it('chooses every event of long and short runs with the same probability', () => {
    const runs = [1, 5, 40, 100, 33, 2, 64];
    const eventsInAll = runs.reduce((sum, length) => sum + length, 0);
    const chosen = new Array<number>(eventsInAll).fill(0);
    const trials = 20_000;
    const random = seededRandom(5);
    for (let trial = 0; trial < trials; trial++) {
      const { recorder, events, run } = hookWith(() => geometricGap(random, 0.2));
      for (const length of runs) {
        run();
        events(length);
      }
      for (const { event, counted } of recorder.seen) if (counted) chosen[event]!++;
    }
    const spread = Math.sqrt(trials * 0.2 * 0.8);
    chosen.forEach((times, event) =>
      assert.ok(Math.abs(times - trials * 0.2) < 4.5 * spread, `event ${event} was chosen ${times} times`),
    );
  });
});
