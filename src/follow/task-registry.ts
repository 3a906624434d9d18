import type { Context } from '@opentelemetry/api';
import { type LentNumbers, lendPromiseNumbers } from './promise-number.ts';
import * as layout from './row-layout.ts';
import { RowTable } from './row-table.ts';
import { RunPromises } from './run-promises.ts';

// Of this module's own, as in row-table.ts.
const { NONE, CAPTURED } = layout;
const { leaf, joint, link } = layout.RowShape;

/**
 * Numbers on promises below those of rows: the row has resumed; several wait for it; it is captured and no row. What is less is
 * left from another time.
 */
const SPECIAL_NUMBERS = 3;
const RESUMED = -2;
const SHARED = -1;

/** Numbers of events stay small integers, which V8 does not box; nothing is compared over longer distances. */
const SEQUENCE_MASK = 2 ** 30 - 1;

/**
 * Every await that is parked and every `.then` that is pending, as rows, and how they hang together. A row is made by `init` and
 * goes with `before`.
 *
 * The *inner* row of a row stands for what it waits for: the link that it awaits, or the park of the call that it awaits.
 *
 * Invariants besides those of the table:
 * - a leaf with an inner row other than a link may be a call: walks tell; a joint without one waits for what runs now, or is not
 *   followed;
 * - the number on a promise is its row while that is live: a row that is released without having resumed (the wrapper of a value,
 *   what was collected) is never asked for again.
 */
export class TaskRegistry extends RowTable {
  readonly #lent: LentNumbers = lendPromiseNumbers();
  readonly #numbers = this.#lent.numbers;
  readonly #base = this.#lent.base + SPECIAL_NUMBERS;
  readonly #runPromises = new RunPromises();
  #sequence = 0;
  #runBegan = 0;
  #resumedOuter: number = NONE;
  /** Whether what runs is the job of an await: `false` for the callback of a `.then`, and where no row began the run. */
  #isResumedAwait = false;
  /** Whether what runs is a job that no row began. */
  #isOthersRun = false;
  /** When the last row was left out. */
  #skippedAt: number = NONE;
  /** Promises with the number of captured ones that have not resumed. */
  #captured = 0;
  /** What `find` found: when the awaited promise was made in this run, or the link that it is of. */
  #foundMadeAt: number = NONE;
  #foundLink: number = NONE;
  /** Awaits of which it is not known what they await, because the run has made so much since. */
  doubts = 0;
  /** Whether the last row awaits a promise that was marked as shared. */
  awaitsShared = false;

  /** `init` of the promise hook for a promise that is made anew. */
  noteMade(promise: object): void {
    this.#sequence = (this.#sequence + 1) & SEQUENCE_MASK;
    this.#runPromises.add(promise, this.#sequence);
  }

  /** `init` for what is not followed, outside of any job: what is followed in the same run may still await it. */
  skip(promise: object, parent: object | undefined): void {
    this.noteMade(promise);
    if (parent !== undefined) this.#skippedAt = this.#sequence;
  }

  /**
   * What is about to be awaited, ahead of `register`: true where it is what the event right before was for. The new row
   * parks in one go with that one, at the same time: the clock is the dearest part of an event.
   */
  find(parent: object): boolean {
    this.awaitsShared = false;
    const madeAt = this.#runPromises.madeAt(parent);
    this.#foundMadeAt = madeAt;
    this.#foundLink = madeAt === NONE ? this.#linkOf(parent) : NONE;
    const last = this.nextOlder(0);
    if (this.madeAt(last) !== this.#sequence) return false;
    return madeAt === NONE ? this.#foundLink === last : this.outer(last) === NONE;
  }

  /** When the newest row parked. */
  get lastParkedAt(): number {
    return this.parkedAt(this.nextOlder(0));
  }

  /**
   * `init` of the promise hook for an await or a `.then`, after `find`. The row. Where it throws (no stack is left) nothing has
   * changed.
   */
  register(promise: object, parent: object, context: Context, now: number, unit: number, probability: number): number {
    const row = this.nextRow;
    this.#numbers.put(promise, this.#base + row);

    this.#sequence = (this.#sequence + 1) & SEQUENCE_MASK;
    this.add(row, parent, context, this.#sequence, now, unit, probability);
    if (this.#foundLink !== NONE) this.#takeLink(row, this.#foundLink);
    else if (this.#foundMadeAt !== NONE) this.#takeParts(row, this.#foundMadeAt);
    else if (this.#runPromises.hasForgotten) this.#takeLast(row);
    return row;
  }

  /** `before` of the promise hook: the row that resumes, which lives until `release`; NONE or CAPTURED where there is none. */
  resume(promise: object): number {
    this.#beginRun();
    this.#isOthersRun = true;
    // A promise without a number is asked in 20 ns, one with a number in 2.
    if (this.nextNewer(0) === 0 && this.#captured === 0) return NONE;
    // It can come again: a promise that is resolved with another one has a job of its own for that.
    const number = this.#numbers.exchange(promise, this.#base + RESUMED);
    if (number === undefined) return NONE;
    const row = number - this.#base;
    if (row < 0) {
      if (row !== CAPTURED) return NONE;
      this.#captured--;
      this.#isOthersRun = false;
      return row;
    }
    if (this.madeAt(row) === NONE) return NONE;
    this.#isOthersRun = false;
    this.#isResumedAwait = this.shape(row) !== link;
    this.#resumedOuter = this.outer(row);
    return row;
  }

  /** What waits no longer. Its own link is still pending: that was the wrapper of `await <value>`, which nobody resumes. */
  release(row: number): void {
    const inner = this.inner(row);
    if (inner !== NONE && this.shape(inner) === link && this.outer(inner) === row) this.#free(inner);
    this.#free(row);
  }

  /** What resumed is not followed any more: what waits for it waits for nothing that is known. */
  leaveRun(): void {
    this.#resumedOuter = NONE;
  }

  /** A row that never resumes. What awaits its call does not either, and is no task for that. */
  drop(row: number): void {
    const outer = this.outer(row);
    const isInner = outer !== NONE && this.inner(outer) === row;
    const inner = this.inner(row);
    const other = isInner ? this.#otherPart(outer, row) : NONE;
    this.setOuter(row, NONE);
    this.release(row);
    if (!isInner) return;
    // What it waited for lives on: both are parts of one combinator.
    const isHandedOn = other === NONE && inner !== NONE && this.madeAt(inner) !== NONE;
    if (isHandedOn) this.setOuter(inner, outer);
    this.setInner(outer, isHandedOn ? inner : other);
  }

  /**
   * Nothing is seen from now on: only these leaves stay, with these probabilities, each for itself. `onDrop`: of a row that goes,
   * while it is still there.
   */
  keepOnly(probabilities: ReadonlyMap<number, number>, onDrop: (row: number) => void): void {
    for (const row of [...this.byAge()]) {
      const probability = probabilities.get(row);
      this.setInner(row, NONE);
      this.setOuter(row, NONE);
      if (probability !== undefined) this.setProbability(row, probability);
      else {
        onDrop(row);
        this.remove(row);
      }
    }
    this.#beginRun();
  }

  /** The event loop has turned: nothing of the last run is held any more. */
  endTurn(): void {
    this.#beginRun();
  }

  /** `after` of the promise hook. What resumed and is parked again parked last: it is the inner of what waits for it. */
  endRun(): void {
    const outer = this.#resumedOuter;
    const isWaitedFor = outer !== NONE && this.madeAt(outer) !== NONE && this.inner(outer) === NONE;
    if (this.#isResumedAwait || !this.#takeLateLink(isWaitedFor ? outer : NONE)) {
      if (isWaitedFor) this.#takeNext(outer);
    }
    this.#beginRun();
  }

  /** The live row that resumes with this promise; NONE where there is none. */
  rowOf(promise: object): number {
    const number = this.#numbers.get(promise);
    if (number === undefined) return NONE;
    const row = number - this.#base;
    return row < 0 || this.madeAt(row) === NONE ? NONE : row;
  }

  /** From now on `awaitsShared` tells when somebody waits for it. */
  markShared(promise: object): void {
    const number = this.#numbers.get(promise);
    if (number === undefined) this.#numbers.put(promise, this.#base + SHARED);
    else if (number < this.#base - SPECIAL_NUMBERS) this.#numbers.replace(promise, this.#base + SHARED);
  }

  /** A promise that is no row was captured: `resume` tells when it resumes. */
  markCaptured(promise: object): void {
    if (this.#numbers.get(promise) === undefined) this.#numbers.put(promise, this.#base + CAPTURED);
    else this.#numbers.replace(promise, this.#base + CAPTURED);
    this.#captured++;
  }

  /** Lets go of everything, for good. */
  close(): void {
    this.#lent.giveBack(this.#base + this.clear());
    this.#runPromises.clear();
  }

  /**
   * A job that was no await's and did nothing but one `.then`: a promise was resolved with another one (`return promise`, a
   * thenable), which V8 follows up in a job of its own. An await would have needed a function that began in this run. Where no
   * row began the run it can also be one that was parked before the start: then this one park is missed.
   */
  #takeLateLink(outer: number): boolean {
    const last = this.nextOlder(0);
    if (this.#ageOf(this.#runBegan) !== 1 || this.madeAt(last) !== this.#sequence) return false;
    if (outer === NONE && !this.#isOthersRun) return false;
    this.reshape(last, link);
    if (outer !== NONE && this.outer(last) === NONE) {
      this.setOuter(last, outer);
      this.setInner(outer, last);
    }
    return true;
  }

  /** What a row waited for has run. Where it parked again that is its inner row now. */
  #takeNext(outer: number): void {
    const last = this.nextOlder(0);
    const waiting = this.#outsideOfLinks(outer);
    const shape = waiting === NONE ? link : this.shape(waiting);
    const parkedAgain = this.madeAt(last) === this.#sequence && this.#sequence !== this.#runBegan;
    if (parkedAgain && last !== outer && this.outer(last) === NONE) {
      // The callback of a `.then` is no call of what awaits that.
      if (shape === leaf && !this.#isResumedAwait) return;
      this.setOuter(last, outer);
      this.setInner(outer, last);
    } else if (shape === joint) this.reshape(waiting, leaf);
  }

  /** The row itself, or the one that awaits the link that it is; NONE where nobody does. */
  #outsideOfLinks(row: number): number {
    let outer = row;
    while (outer !== NONE && this.shape(outer) === link) outer = this.outer(outer);
    return outer;
  }

  #beginRun(): void {
    if (this.#sequence !== this.#runBegan) this.#runPromises.clear();
    this.#runBegan = this.#sequence;
    this.#isResumedAwait = false;
    this.#isOthersRun = false;
    this.#resumedOuter = NONE;
  }

  /** The live row whose promise it is: a `.then`, since nobody can await the throwaway of an await. */
  #linkOf(parent: object): number {
    const number = this.#numbers.get(parent);
    if (number === undefined) return NONE;
    const row = number - this.#base;
    if (row === SHARED) this.awaitsShared = true;
    return row < 0 || this.madeAt(row) === NONE ? NONE : row;
  }

  #takeLink(row: number, awaited: number): void {
    if (this.outer(awaited) !== NONE) return;
    const isJoint = this.shape(awaited) === joint;
    this.reshape(awaited, link);
    // Something happened since the link was made: a promise that was started, and is joined now.
    if (this.#ageOf(this.madeAt(awaited)) !== 1) return;
    // A link on a promise that nothing of this run stands for, `query().then(f)`: what awaits it is a leaf all the same.
    if (isJoint) this.reshape(row, joint);
    this.setOuter(awaited, row);
    this.setInner(row, awaited);
  }

  /**
   * An await on a promise that was made in this run. The rows right before it, without another event in between, belong to it:
   * the park of the call that it awaits, or the links that fulfil the promise.
   */
  #takeParts(row: number, awaitedMadeAt: number): void {
    const age = this.#ageOf(awaitedMadeAt);
    if (age > 1 && this.#ageOf(this.#skippedAt) === 1) {
      // What it awaits is parked and not followed: it stands for that.
      this.reshape(row, joint);
      return;
    }
    let part = this.nextOlder(row);
    for (let distance = 1; distance < age && part !== 0; distance++) {
      if (this.#ageOf(this.madeAt(part)) !== distance || this.outer(part) !== NONE) return;
      if (distance === 1) this.#attach(part, row);
      else this.setOuter(part, row);
      part = this.nextOlder(part);
    }
  }

  /** Parts of one outer row lie next to each other. */
  #otherPart(outer: number, but: number): number {
    for (let part = this.nextOlder(outer); part !== 0 && this.outer(part) === outer; part = this.nextOlder(part)) {
      if (part !== but) return part;
    }
    return NONE;
  }

  /** An await on one of so many promises that it is forgotten, or on an older one: what parked right before it may be its call. */
  #takeLast(row: number): void {
    this.doubts++;
    const last = this.nextOlder(row);
    const isRightBefore = last !== 0 && this.#ageOf(this.madeAt(last)) === 1;
    if (isRightBefore && this.outer(last) === NONE && this.shape(last) !== link) {
      // It stays a leaf: its walk has to tell.
      this.setOuter(last, row);
      this.setInner(row, last);
    }
  }

  #attach(inner: number, outer: number): void {
    this.setOuter(inner, outer);
    this.setInner(outer, inner);
    if (this.shape(outer) === leaf) this.reshape(outer, joint);
  }

  #ageOf(sequence: number): number {
    return (this.#sequence - sequence) & SEQUENCE_MASK;
  }

  #free(row: number): void {
    const outer = this.outer(row);
    if (outer !== NONE && this.inner(outer) === row) {
      this.setInner(outer, NONE);
      // Until the run has ended it may park again.
      if (outer !== this.#resumedOuter && this.shape(outer) === joint) this.reshape(outer, leaf);
    }
    this.remove(row);
  }
}
