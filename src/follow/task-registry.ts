import type { Context } from '@opentelemetry/api';
import { KnownPark } from './known-park.ts';
import { type LentNumbers, lendPromiseNumbers } from './promise-number.ts';
import {
  NOTED_BIT,
  ROW_DOUBLES,
  ROW_WORDS,
  type RowWords,
  SHAPE_BITS,
  UNIT_SHIFT,
  Word,
  createRowWords,
} from './row-layout.ts';
import { RunPromises, UNKNOWN } from './run-promises.ts';

/** No row. */
export const NONE = -1;

/** What `resume` gives for a park that is not followed, but was captured. */
export const CAPTURED = -3;

/**
 * Numbers on promises below those of rows: the row has resumed; several wait for it; it is captured and no row. What is less is
 * left from another time.
 */
const SPECIAL_NUMBERS = 3;
const RESUMED = -2;
const SHARED = -1;

const INITIAL_CAPACITY = 1_024;
/** Above this capacity rows grow by a quarter instead of doubling: a quarter of 40 bytes a row is the most that lies idle. */
const LARGE = 65_536;

/** Numbers of events stay small integers, which V8 does not box; nothing is compared over longer distances. */
const SEQUENCE_MASK = 2 ** 30 - 1;

/** What a row is, by events alone. */
export const RowShape = {
  /** Nothing of this run stands for what it waits for, but for links: a task, or a `.then` that nobody awaits. */
  leaf: 0,
  /** It awaits what was made right before it: a call, or the join of one that was started in the same run. */
  joint: 1,
  /** A `.then` whose promise is awaited or continued in turn, or the wrapper of `await <value>`: never a task. */
  link: 2,
} as const;

/**
 * Every await that is parked and every `.then` that is pending, as rows of numbers, and how they hang together. A row is
 * made by `init` and goes with `before`. 56 bytes a row, and the number on its promise.
 *
 * The *inner* row of a row stands for what it waits for: the link that it awaits, or the park of the call that it awaits.
 *
 * Invariants, which `check` verifies:
 * - rows 1 to `rows - 1` are live or on the free list; row 0 is the sentinel of the list by age;
 * - the list by age holds each live row once, in the order in which they parked;
 * - where `inner(r)` is a row, `outer(inner(r))` is `r`; several rows may have one outer (a combinator's), one of them its inner;
 * - a row's outer counts only while it is the one that it was: each knows when its outer was made;
 * - rows are let go of in the order of their age: none before `firstStrong` in the list is held strongly;
 * - `shapes` counts the live rows of each shape; a leaf with an inner row other than a link may be a call: walks tell; a
 *   joint without one waits for what runs now, or is not followed;
 * - the number on a promise is its row while that is live: a row that is released without having resumed (the wrapper of a value,
 *   what was collected) is never asked for again.
 */
export class TaskRegistry {
  readonly #lent: LentNumbers = lendPromiseNumbers();
  readonly #numbers = this.#lent.numbers;
  readonly #base = this.#lent.base + SPECIAL_NUMBERS;
  readonly #runPromises = new RunPromises();
  /** What is awaited, while it is held. */
  readonly #awaited: (object | undefined)[] = [undefined];
  /** The OpenTelemetry context at the park, until more is known. */
  readonly #known: (Context | KnownPark | undefined)[] = [undefined];
  #words: RowWords = createRowWords(INITIAL_CAPACITY);
  // Its views, one look-up nearer.
  #ints = this.#words.ints;
  #capacity = INITIAL_CAPACITY;
  /** Live rows by shape. */
  readonly shapes = new Int32Array(3);
  #freeRow = NONE;
  #rows = 1;
  #sequence = 0;
  #runBegan = 0;
  #resumedOuter = NONE;
  /** Whether what runs is the job of an await: `false` for the callback of a `.then`, and where no row began the run. */
  #isResumedAwait = false;
  /** Whether what runs is a job that no row began. */
  #isOthersRun = false;
  /** When the last row was left out. */
  #skippedAt = NONE;
  /** Promises with `CAPTURED` that have not resumed. */
  #captured = 0;
  /** What `find` found: when the awaited promise was made in this run, or the link that it is of. */
  #foundMadeAt = UNKNOWN;
  #foundLink = NONE;
  #firstStrong = 0;
  /** Awaits of which it is not known what they await, because the run has made so much since. */
  doubts = 0;
  /** Called when something is held strongly and nothing was before. */
  onFirstStrong: () => void = () => undefined;
  /** Whether the last row awaits a promise that was marked as shared. */
  awaitsShared = false;

  constructor() {
    this.#emptyList();
  }

  get live(): number {
    return this.shapes[RowShape.leaf]! + this.shapes[RowShape.joint]! + this.shapes[RowShape.link]!;
  }

  /** Rows are less than this. */
  get end(): number {
    return this.#rows;
  }

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
    this.#foundLink = madeAt === UNKNOWN ? this.#linkOf(parent) : NONE;
    const last = this.#ints[Word.older]!;
    if (this.#get(last, Word.madeAt) !== this.#sequence) return false;
    return madeAt === UNKNOWN ? this.#foundLink === last : this.outer(last) === NONE;
  }

  /** When the newest row parked. */
  get lastParkedAt(): number {
    return this.parkedAt(this.#ints[Word.older]!);
  }

  /**
   * `init` of the promise hook for an await or a `.then`, after `find`. The row. Where it throws (no stack is left) nothing has
   * changed.
   */
  register(promise: object, parent: object, context: Context, now: number, unit: number, probability: number): number {
    if (this.#freeRow === NONE && this.#rows === this.#capacity) this.#grow();
    const row = this.#freeRow === NONE ? this.#rows : this.#freeRow;
    this.#numbers.put(promise, this.#base + row);

    if (this.#freeRow === NONE) this.#rows++;
    else this.#freeRow = this.#get(row, Word.newer);
    this.#sequence = (this.#sequence + 1) & SEQUENCE_MASK;
    this.#awaited[row] = parent;
    this.#known[row] = context;
    const ints = this.#ints;
    const at = row * ROW_WORDS;
    this.#words.doubles[row * ROW_DOUBLES] = now;
    this.#words.floats[at + Word.probability] = probability;
    ints[at + Word.tags] = (unit << UNIT_SHIFT) | RowShape.leaf;
    ints[at + Word.madeAt] = this.#sequence;
    ints[at + Word.inner] = NONE;
    ints[at + Word.outer] = NONE;
    this.shapes[RowShape.leaf]!++;
    this.#append(row);
    if (this.#foundLink !== NONE) this.#takeLink(row, this.#foundLink);
    else if (this.#foundMadeAt !== UNKNOWN) this.#takeParts(row, this.#foundMadeAt);
    else if (this.#runPromises.hasForgotten) this.#takeLast(row);
    return row;
  }

  /** `before` of the promise hook: the row that resumes, which lives until `release`; NONE or CAPTURED where there is none. */
  resume(promise: object): number {
    this.#beginRun();
    this.#isOthersRun = true;
    // A promise without a number is asked in 20 ns, one with a number in 2.
    if (this.#captured === 0 && this.live === 0) return NONE;
    const number = this.#numbers.get(promise);
    if (number === undefined) return NONE;
    const row = number - this.#base;
    if (row === CAPTURED) this.#captured--;
    else if (row < 0 || this.#get(row, Word.madeAt) === NONE) return NONE;
    this.#isOthersRun = row === CAPTURED;
    this.#isResumedAwait = row !== CAPTURED && this.shape(row) !== RowShape.link;
    // It can come again: a promise that is resolved with another one has a job of its own for that.
    this.#numbers.replace(promise, this.#base + RESUMED);
    if (row !== CAPTURED) this.#resumedOuter = this.outer(row);
    return row;
  }

  /** What waits no longer. Its own link is still pending: that was the wrapper of `await <value>`, which nobody resumes. */
  release(row: number): void {
    const inner = this.#get(row, Word.inner);
    if (inner !== NONE && this.shape(inner) === RowShape.link && this.outer(inner) === row) this.#free(inner);
    this.#free(row);
  }

  /** A row that never resumes. What awaits its call does not either, and is no task for that. */
  drop(row: number): void {
    const outer = this.outer(row);
    const isInner = outer !== NONE && this.inner(outer) === row;
    const inner = this.inner(row);
    const other = isInner ? this.#otherPart(outer, row) : NONE;
    this.#set(row, Word.outer, NONE);
    this.release(row);
    if (!isInner) return;
    // What it waited for lives on: both are parts of one combinator.
    const isHandedOn = other === NONE && inner !== NONE && this.madeAt(inner) !== NONE;
    if (isHandedOn) this.#setOuter(inner, outer);
    this.#set(outer, Word.inner, isHandedOn ? inner : other);
  }

  /** The event loop has turned: nothing of the last run is held any more. */
  endTurn(): void {
    this.#beginRun();
  }

  /** `after` of the promise hook. What resumed and is parked again parked last: it is the inner of what waits for it. */
  endRun(): void {
    const outer = this.#resumedOuter;
    const isWaitedFor =
      outer !== NONE && this.#get(outer, Word.madeAt) !== NONE && this.#get(outer, Word.inner) === NONE;
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
    return row < 0 || this.#get(row, Word.madeAt) === NONE ? NONE : row;
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

  /** Tells this use of a row from later ones; NONE where the row is free. */
  madeAt(row: number): number {
    return this.#get(row, Word.madeAt);
  }
  awaited(row: number): object | undefined {
    return this.#awaited[row];
  }
  /** What was found out about a park; undefined as long as nothing was. */
  known(row: number): KnownPark | undefined {
    const known = this.#known[row];
    return known instanceof KnownPark ? known : undefined;
  }
  /** The context at the park; undefined once something is known instead. */
  contextOf(row: number): Context | undefined {
    const known = this.#known[row];
    return known instanceof KnownPark ? undefined : known;
  }
  parkedAt(row: number): number {
    return this.#words.doubles[row * ROW_DOUBLES]!;
  }
  unit(row: number): number {
    return this.#get(row, Word.tags) >>> UNIT_SHIFT;
  }
  probability(row: number): number {
    return this.#words.floats[row * ROW_WORDS + Word.probability]!;
  }
  shape(row: number): number {
    return this.#get(row, Word.tags) & SHAPE_BITS;
  }
  inner(row: number): number {
    return this.#get(row, Word.inner);
  }
  outer(row: number): number {
    const outer = this.#get(row, Word.outer);
    return outer !== NONE && this.#get(outer, Word.madeAt) === this.#get(row, Word.outerMadeAt) ? outer : NONE;
  }

  isNoted(row: number): boolean {
    return (this.#get(row, Word.tags) & NOTED_BIT) !== 0;
  }

  know(row: number, known: KnownPark): void {
    this.note(row);
    this.#known[row] = known;
  }

  /** Somebody has to be told when the row goes. */
  note(row: number): void {
    this.#set(row, Word.tags, this.#get(row, Word.tags) | NOTED_BIT);
  }

  /** What is awaited is not held any more; `instead` (a WeakRef of it) is. */
  letGo(row: number, instead: object | undefined): void {
    this.#awaited[row] = instead;
    if (this.#firstStrong === row) this.#firstStrong = this.#get(row, Word.newer);
  }

  /** The oldest row that was not let go of; 0 where there is none. */
  get firstStrong(): number {
    return this.#firstStrong;
  }

  /** The live row that parked next; the oldest of all after row 0, and 0 after the newest. */
  nextNewer(row: number): number {
    return this.#get(row, Word.newer);
  }

  /** The live row that parked before; the newest of all before row 0, and 0 before the oldest. */
  nextOlder(row: number): number {
    return this.#get(row, Word.older);
  }

  /** Live rows, oldest first. */
  *byAge(): Iterable<number> {
    for (let row = this.#get(0, Word.newer); row !== 0; row = this.#get(row, Word.newer)) yield row;
  }

  /** Lets go of everything, for good. */
  close(): void {
    this.#lent.giveBack(this.#base + this.#capacity);
    this.#runPromises.clear();
    this.#awaited.length = 1;
    this.#known.length = 1;
    this.#ints.fill(NONE);
    this.#rows = 1;
    this.#freeRow = NONE;
    this.#emptyList();
    this.#firstStrong = 0;
    this.shapes.fill(0);
  }

  /** Throws where an invariant does not hold. For tests: it looks at every row. */
  check(): void {
    const counts = [0, 0, 0];
    let older = 0;
    let before = -Infinity;
    for (const row of this.byAge()) {
      if (this.#get(row, Word.madeAt) === NONE) throw new Error(`row ${row} is in the list by age and free`);
      if (this.#get(row, Word.older) !== older)
        throw new Error(`row ${row} follows ${older} and points back to another`);
      if (this.parkedAt(row) < before) throw new Error(`row ${row} parked before its elder`);
      const inner = this.#get(row, Word.inner);
      if (inner !== NONE && this.outer(inner) !== row) throw new Error(`the inner row of ${row} has another outer one`);
      counts[this.shape(row)]!++;
      older = row;
      before = this.parkedAt(row);
    }
    if (this.#get(0, Word.older) !== older) throw new Error('the list by age does not end with the newest');
    counts.forEach((count, shape) => {
      if (this.shapes[shape] !== count)
        throw new Error(`${count} rows of shape ${shape}, counted ${this.shapes[shape]}`);
    });
    let free = 0;
    for (let row = this.#freeRow; row !== NONE; row = this.#get(row, Word.newer)) {
      if (this.#get(row, Word.madeAt) !== NONE) throw new Error(`row ${row} is on the free list and live`);
      free++;
    }
    if (free + this.live + 1 !== this.#rows)
      throw new Error(`${free} free and ${this.live} live rows of ${this.#rows}`);
  }

  /**
   * A job that was no await's and did nothing but one `.then`: a promise was resolved with another one (`return promise`, a
   * thenable), which V8 follows up in a job of its own. An await would have needed a function that began in this run. Where no
   * row began the run it can also be one that was parked before the start: then this one park is missed.
   */
  #takeLateLink(outer: number): boolean {
    const last = this.#get(0, Word.older);
    if (this.#ageOf(this.#runBegan) !== 1 || this.#get(last, Word.madeAt) !== this.#sequence) return false;
    if (outer === NONE && !this.#isOthersRun) return false;
    this.#reshape(last, RowShape.link);
    if (outer !== NONE && this.outer(last) === NONE) {
      this.#setOuter(last, outer);
      this.#set(outer, Word.inner, last);
    }
    return true;
  }

  /** What a row waited for has run. Where it parked again that is its inner row now. */
  #takeNext(outer: number): void {
    const last = this.#get(0, Word.older);
    const waiting = this.#outsideOfLinks(outer);
    const shape = waiting === NONE ? RowShape.link : this.shape(waiting);
    const parkedAgain = this.#get(last, Word.madeAt) === this.#sequence && this.#sequence !== this.#runBegan;
    if (parkedAgain && last !== outer && this.outer(last) === NONE) {
      // The callback of a `.then` is no call of what awaits that.
      if (shape === RowShape.leaf && !this.#isResumedAwait) return;
      this.#setOuter(last, outer);
      this.#set(outer, Word.inner, last);
    } else if (shape === RowShape.joint) this.#reshape(waiting, RowShape.leaf);
  }

  /** The row itself, or the one that awaits the link that it is; NONE where nobody does. */
  #outsideOfLinks(row: number): number {
    let outer = row;
    while (outer !== NONE && this.shape(outer) === RowShape.link) outer = this.outer(outer);
    return outer;
  }

  #beginRun(): void {
    this.#runBegan = this.#sequence;
    this.#isResumedAwait = false;
    this.#isOthersRun = false;
    this.#resumedOuter = NONE;
    this.#runPromises.clear();
  }

  /** The live row whose promise it is: a `.then`, since nobody can await the throwaway of an await. */
  #linkOf(parent: object): number {
    const number = this.#numbers.get(parent);
    if (number === undefined) return NONE;
    const row = number - this.#base;
    if (row === SHARED) this.awaitsShared = true;
    return row < 0 || this.#get(row, Word.madeAt) === NONE ? NONE : row;
  }

  #takeLink(row: number, link: number): void {
    if (this.outer(link) !== NONE) return;
    const isJoint = this.shape(link) === RowShape.joint;
    this.#reshape(link, RowShape.link);
    // Something happened since the link was made: a promise that was started, and is joined now.
    if (this.#ageOf(this.#get(link, Word.madeAt)) !== 1) return;
    // A link on a promise that nothing of this run stands for, `query().then(f)`: what awaits it is a leaf all the same.
    if (isJoint) this.#reshape(row, RowShape.joint);
    this.#setOuter(link, row);
    this.#set(row, Word.inner, link);
  }

  /**
   * An await on a promise that was made in this run. The rows right before it, without another event in between, belong to it:
   * the park of the call that it awaits, or the links that fulfil the promise.
   */
  #takeParts(row: number, awaitedMadeAt: number): void {
    const age = this.#ageOf(awaitedMadeAt);
    if (age > 1 && this.#ageOf(this.#skippedAt) === 1) {
      // What it awaits is parked and not followed: it stands for that.
      this.#reshape(row, RowShape.joint);
      return;
    }
    let distance = 1;
    for (let part = this.#get(row, Word.older); part !== 0; part = this.#get(part, Word.older)) {
      if (distance >= age || this.#ageOf(this.#get(part, Word.madeAt)) !== distance++ || this.outer(part) !== NONE)
        return;
      if (this.#get(row, Word.inner) === NONE) this.#attach(part, row);
      else this.#setOuter(part, row);
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
    const last = this.#get(row, Word.older);
    const isRightBefore = last !== 0 && this.#ageOf(this.#get(last, Word.madeAt)) === 1;
    if (isRightBefore && this.outer(last) === NONE && this.shape(last) !== RowShape.link) {
      // It stays a leaf: its walk has to tell.
      this.#setOuter(last, row);
      this.#set(row, Word.inner, last);
    }
  }

  #attach(inner: number, outer: number): void {
    this.#setOuter(inner, outer);
    this.#set(outer, Word.inner, inner);
    if (this.shape(outer) === RowShape.leaf) this.#reshape(outer, RowShape.joint);
  }

  #setOuter(inner: number, outer: number): void {
    this.#set(inner, Word.outer, outer);
    this.#set(inner, Word.outerMadeAt, this.#get(outer, Word.madeAt));
  }

  #reshape(row: number, shape: number): void {
    const tags = this.#get(row, Word.tags);
    this.shapes[tags & SHAPE_BITS]!--;
    this.shapes[shape]!++;
    this.#set(row, Word.tags, (tags & ~SHAPE_BITS) | shape);
  }

  #ageOf(sequence: number): number {
    return (this.#sequence - sequence) & SEQUENCE_MASK;
  }

  #free(row: number): void {
    const outer = this.outer(row);
    if (outer !== NONE && this.#get(outer, Word.inner) === row) {
      this.#set(outer, Word.inner, NONE);
      // Until the run has ended it may park again.
      if (outer !== this.#resumedOuter && this.shape(outer) === RowShape.joint) this.#reshape(outer, RowShape.leaf);
    }
    this.shapes[this.shape(row)]!--;
    this.#set(row, Word.madeAt, NONE);
    const older = this.#get(row, Word.older);
    const newer = this.#get(row, Word.newer);
    if (this.#firstStrong === row) this.#firstStrong = newer;
    this.#set(older, Word.newer, newer);
    this.#set(newer, Word.older, older);
    this.#awaited[row] = undefined;
    this.#known[row] = undefined;
    this.#set(row, Word.newer, this.#freeRow);
    this.#freeRow = row;
  }

  #emptyList(): void {
    this.#set(0, Word.newer, 0);
    this.#set(0, Word.older, 0);
  }

  #append(row: number): void {
    const newest = this.#get(0, Word.older);
    this.#set(newest, Word.newer, row);
    this.#set(row, Word.older, newest);
    this.#set(row, Word.newer, 0);
    this.#set(0, Word.older, row);
    if (this.#firstStrong !== 0) return;
    this.#firstStrong = row;
    this.onFirstStrong();
  }

  #grow(): void {
    const capacity = this.#capacity;
    this.#capacity = capacity < LARGE ? capacity * 2 : capacity + (capacity >> 2);
    this.#words = createRowWords(this.#capacity, this.#words);
    this.#ints = this.#words.ints;
  }

  #get(row: number, word: number): number {
    return this.#ints[row * ROW_WORDS + word]!;
  }

  #set(row: number, word: number, value: number): void {
    this.#ints[row * ROW_WORDS + word] = value;
  }
}
