import type { ParkRecorder } from './park-recorder.ts';
import type { TaskStamp } from './task-stamp.ts';

/** Events after which a long run is cut, so that a loop that starts 100,000 tasks is not one all-or-nothing choice. */
export const PIECE_EVENTS = 32;

/** Events captured ahead of a chosen piece in the middle of a run: what its first parks are compared with. */
export const LEAD_IN_EVENTS = 8;

const TO_NEXT_PIECE = PIECE_EVENTS + 1;
const TO_LEAD_IN = TO_NEXT_PIECE - LEAD_IN_EVENTS;

type State = 'skipping' | 'leadIn' | 'chosen';

export interface PromiseHook {
  readonly init: (promise: object, parent?: object) => void;
  readonly before: (promise: object) => void;
  /** The part of `before` that begins a run, for a caller that knows the stamps. */
  readonly beginRun: () => void;
  /** The sampling probability changed: the wait for the next chosen piece is drawn anew. */
  redraw(): void;
  /** The next event is a chosen piece of its own. */
  chooseNext(): void;
}

/**
 * The two promise hooks. A run (all between two `before` calls) is chosen or not as a whole, or by pieces of
 * {@link PIECE_EVENTS} events where it is longer. `drawGap` tells how many pieces on the next chosen one is; in between an
 * `init` costs a decrement and a `before` the look for a stamp. `outermost`: the function that V8 calls, where it is not this
 * `init`; frames above it are not of the application.
 */
export function createPromiseHook(
  drawGap: () => number,
  recorder: ParkRecorder,
  stamp: TaskStamp,
  outermost?: PromiseHook['init'],
): PromiseHook {
  let state: State = 'skipping';
  let gap = 0;
  let eventsToGo = 0;
  let eventsInPiece = 0;

  function init(promise: object, parent?: object): void {
    if (--eventsToGo > 0) return;
    recorder.guard(onEvent, promise, parent);
  }

  function before(promise: object): void {
    if (recorder.stamped !== 0) {
      const record = stamp.get(promise);
      if (record !== undefined) recorder.resumed(record);
    }
    beginRun();
  }

  function beginRun(): void {
    if (state === 'skipping' && --gap > 0) {
      eventsToGo = gap === 1 ? TO_LEAD_IN : TO_NEXT_PIECE;
      return;
    }
    recorder.guard(onRun);
  }

  function onRun(): void {
    if (state === 'chosen') {
      recorder.endRun();
      gap = drawGap();
      if (gap > 1) {
        skip(0);
        return;
      }
    }
    choose(false);
  }

  function onEvent(promise: object, parent?: object): void {
    if (state === 'skipping') {
      if (gap > 1) {
        skip(1);
        return;
      }
      state = 'leadIn';
      eventsInPiece = PIECE_EVENTS - LEAD_IN_EVENTS;
      recorder.beginRun(true);
    }
    recorder.noteParent(parent);
    if (eventsInPiece === PIECE_EVENTS && !nextChosen()) return;
    eventsInPiece++;
    eventsToGo = 1;
    recorder.capture(promise, parent, state === 'chosen', outermost ?? init);
  }

  /** An event ends a piece and is the first of the next. False where that is not chosen. */
  function nextChosen(): boolean {
    if (state === 'chosen') {
      gap = drawGap();
      if (gap > 1) {
        recorder.endRun();
        skip(1);
        return false;
      }
    }
    state = 'chosen';
    eventsInPiece = 0;
    recorder.beginUnit();
    return true;
  }

  /** A piece that is not chosen begins, `seen` of its events have been. `gap` counts the pieces to the next chosen one. */
  function skip(seen: number): void {
    state = 'skipping';
    gap--;
    eventsToGo = (gap === 1 ? TO_LEAD_IN : TO_NEXT_PIECE) - seen;
  }

  /** A chosen piece begins, with its run or in the middle of it (`cut`). */
  function choose(cut: boolean, isForced = false): void {
    state = 'chosen';
    eventsInPiece = 0;
    eventsToGo = 1;
    recorder.beginRun(cut);
    recorder.beginUnit(isForced);
  }

  function draw(cut: boolean): void {
    gap = drawGap();
    if (gap > 1) skip(0);
    else choose(cut);
  }

  function redraw(): void {
    // What is chosen stays so, under the probability that it was drawn with. That holds for its lead-in too: captures of the
    // lead-in are what spends the budget, so to draw anew then would drop chosen pieces more often than others.
    if (state === 'skipping') draw(true);
  }

  function chooseNext(): void {
    if (state !== 'skipping') return;
    choose(true, true);
    eventsInPiece = PIECE_EVENTS - 1;
  }

  draw(false);
  return { init, before, beginRun, redraw, chooseNext };
}
