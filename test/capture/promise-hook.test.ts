import assert from 'node:assert/strict';
import { LEAD_IN_EVENTS, PIECE_EVENTS, type PromiseHook, createPromiseHook } from '../../src/capture/promise-hook.ts';
import type { ParkRecorder } from '../../src/capture/park-recorder.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
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
  readonly resumes: unknown[] = [];
  readonly parents: unknown[] = [];
  /** Of each unit, whether it was asked for. */
  readonly forced: boolean[] = [];
  ends = 0;
  below: unknown;
  #unit = 0;

  guard(part: (promise: object, parent?: object) => void, promise?: object, parent?: object): void {
    part(promise!, parent);
  }
  resumed(record: unknown): void {
    this.resumes.push(record);
  }
  beginRun(cut: boolean): void {
    this.cuts.push(cut);
  }
  beginUnit(isForced = false): void {
    this.#unit++;
    this.forced.push(isForced);
  }
  endRun(): void {
    this.ends++;
  }
  noteParent(parent: unknown): void {
    this.parents.push(parent);
  }
  capture(promise: object, _parent: object | undefined, counted: boolean, below: unknown): void {
    this.below = below;
    this.seen.push({ event: (promise as { event: number }).event, unit: this.#unit, counted });
  }
}

interface TestedHook {
  readonly hook: PromiseHook;
  readonly recorder: NotingRecorder;
  readonly events: (count: number) => void;
  readonly run: () => void;
}

function hookWith(gaps: () => number, stamped = new Map<object, TaskRecord>()): TestedHook {
  const recorder = new NotingRecorder();
  const stamp = { put: () => undefined, get: (promise: object) => stamped.get(promise) };
  const hook = createPromiseHook(gaps, recorder as unknown as ParkRecorder, stamp);
  let event = 0;
  return {
    hook,
    recorder,
    events: (count) => {
      for (let i = 0; i < count; i++) hook.init({ event: event++ });
    },
    run: () => hook.before({}),
  };
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** The numbers of the events that were captured: those that count, and those of lead-ins. */
const capturedOf = ({ seen }: NotingRecorder): { counted: number[]; leadIn: number[] } => {
  const of = (isCounted: boolean): number[] =>
    seen.filter(({ counted }) => counted === isCounted).map(({ event }) => event);
  return { counted: of(true), leadIn: of(false) };
};

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
    assert.deepEqual(capturedOf(recorder), {
      counted: range(2 * PIECE_EVENTS, PIECE_EVENTS),
      leadIn: range(2 * PIECE_EVENTS - LEAD_IN_EVENTS, LEAD_IN_EVENTS),
    });
    assert.deepEqual([recorder.cuts, recorder.ends], [[true], 1]);
  });

  it('goes on to another piece of the same run', () => {
    const { recorder, events } = hookWith(gapsOf(1, 2));
    events(PIECE_EVENTS * 4);
    assert.deepEqual(capturedOf(recorder), {
      counted: [...range(0, PIECE_EVENTS), ...range(2 * PIECE_EVENTS, PIECE_EVENTS)],
      leadIn: range(2 * PIECE_EVENTS - LEAD_IN_EVENTS, LEAD_IN_EVENTS),
    });
    assert.deepEqual([recorder.cuts, recorder.ends], [[false, true], 2]);
  });

  it('counts the pieces that a run begins in the midst of the wait', () => {
    for (const runs of [1, 2]) {
      const { recorder, events, run } = hookWith(gapsOf(4));
      for (let i = 0; i < runs; i++) run();
      events(PIECE_EVENTS * 4);
      const chosen = (3 - runs) * PIECE_EVENTS;
      assert.deepEqual(capturedOf(recorder), {
        counted: range(chosen, PIECE_EVENTS),
        leadIn: range(chosen - LEAD_IN_EVENTS, LEAD_IN_EVENTS),
      });
    }
  });

  it('ends a chosen run where the next begins, chosen or not', () => {
    const { recorder, events, run } = hookWith(gapsOf(1, 2, 1));
    events(2);
    run();
    assert.equal(recorder.ends, 1);
    events(2);
    run();
    events(2);
    assert.deepEqual(capturedOf(recorder).counted, [0, 1, 4, 5]);
  });

  it('shows the parent of each captured event: the event before it can be a link', () => {
    const { hook, recorder } = hookWith(() => 1);
    const parent = {};
    hook.init({}, parent);
    hook.init({});
    assert.deepEqual(recorder.parents, [parent, undefined]);
  });

  it('takes stacks from the function on that V8 calls', () => {
    const { hook, recorder } = hookWith(() => 1);
    hook.init({});
    assert.equal(recorder.below, hook.init);
    const outermost = (): void => undefined;
    const inner = createPromiseHook(
      () => 1,
      recorder as unknown as ParkRecorder,
      { put: () => undefined, get: () => undefined },
      outermost,
    );
    inner.init({});
    assert.equal(recorder.below, outermost);
  });

  it('tells which captured parks resume, and looks for none while there is none', () => {
    const [promise, record] = [{}, new TaskRecord(0, 1, 1)];
    const { hook, recorder } = hookWith(gapsOf(), new Map([[promise, record]]));
    hook.before(promise);
    assert.deepEqual(recorder.resumes, []);
    recorder.stamped = 1;
    hook.before({});
    hook.before(promise);
    assert.deepEqual(recorder.resumes, [record]);
  });

  it('draws the wait anew where it waits, and leaves alone what is chosen', () => {
    const { hook, recorder, events } = hookWith(gapsOf(5, 1, 7));
    hook.redraw();
    events(1);
    assert.deepEqual([capturedOf(recorder).counted, recorder.cuts], [[0], [true]]);
    hook.redraw();
    events(PIECE_EVENTS - 1);
    assert.deepEqual(capturedOf(recorder).counted, range(0, PIECE_EVENTS));
    const waiting = hookWith(gapsOf(1, 9, 2));
    waiting.run();
    waiting.hook.redraw();
    waiting.events(2 * PIECE_EVENTS);
    assert.deepEqual(capturedOf(waiting.recorder).counted, range(PIECE_EVENTS, PIECE_EVENTS));
  });

  it('takes the next event as a piece of its own where it is asked to, and is not in one already', () => {
    const { hook, recorder, events, run } = hookWith(gapsOf(9, 9, 1));
    hook.chooseNext();
    events(3);
    assert.deepEqual([capturedOf(recorder).counted, recorder.cuts, recorder.forced], [[0], [true], [true]]);
    hook.chooseNext();
    hook.chooseNext();
    run();
    events(2);
    assert.deepEqual(capturedOf(recorder).counted, [0, 3, 4]);
    assert.deepEqual(recorder.forced, [true, true, false]);
    assert.equal(recorder.ends, 2);
    hook.chooseNext();
    assert.equal(recorder.forced.length, 3);
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
