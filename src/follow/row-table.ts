import type { Context } from '@opentelemetry/api';
import { KnownPark } from './known-park.ts';
import * as layout from './row-layout.ts';
import type { RowWords } from './row-layout.ts';

// An imported constant is loaded and checked at each use, one of the module's own is part of the code: of 205 ns an await 45 were that.
const { NONE, ROW_WORDS, ROW_DOUBLES, PROBABILITY, TAGS, INNER, OUTER, OUTER_MADE_AT, MADE_AT, OLDER, NEWER } = layout;
const { SHAPE_BITS, NOTED_BIT, UNIT_SHIFT, createRowWords } = layout;
const { leaf, joint, link } = layout.RowShape;

const INITIAL_CAPACITY = 1_024;
/** Above this capacity rows grow by a quarter instead of doubling: a quarter of 40 bytes a row is the most that lies idle. */
const LARGE = 65_536;

/**
 * Rows of numbers, one for each park, with what is awaited and the context or what was found out: 56 bytes each. Free rows are
 * used again.
 *
 * Invariants, which `check` verifies:
 * - rows 1 to `end - 1` are live or on the free list; row 0 is the sentinel of the list by age;
 * - the list by age holds each live row once, in the order in which they parked;
 * - where `inner(r)` is a row, `outer(inner(r))` is `r`; several rows may have one outer (a combinator's), one of them its inner;
 * - a row's outer counts only while it is the one that it was: each knows when its outer was made;
 * - `shapes` counts the live rows of each shape;
 * - rows are let go of in the order of their age: none before `firstStrong` in the list is held strongly.
 */
export class RowTable {
  /** What is awaited, while it is held. */
  readonly #awaited: (object | undefined)[] = [undefined];
  /** The OpenTelemetry context at the park, until more is known. */
  readonly #known: (Context | KnownPark | undefined)[] = [undefined];
  #capacity = INITIAL_CAPACITY;
  #words: RowWords = createRowWords(INITIAL_CAPACITY);
  // Its views, one look-up nearer.
  protected ints = this.#words.ints;
  #floats = this.#words.floats;
  #doubles = this.#words.doubles;
  #freeRow: number = NONE;
  #end = 1;
  #firstStrong = 0;
  /** Live rows by shape. */
  readonly shapes = new Int32Array(3);
  /** Called when something is held strongly and nothing was before. */
  onFirstStrong: () => void = () => undefined;

  constructor() {
    this.#emptyList();
  }

  get live(): number {
    return this.shapes[leaf]! + this.shapes[joint]! + this.shapes[link]!;
  }

  /** Rows are less than this. */
  get end(): number {
    return this.#end;
  }

  /** The row that `add` takes next. */
  protected get nextRow(): number {
    if (this.#freeRow !== NONE) return this.#freeRow;
    if (this.#end === this.#capacity) this.#grow();
    return this.#end;
  }

  /** Makes `nextRow` a leaf without an inner or outer row, the newest of all. */
  protected add(
    row: number,
    awaited: object,
    context: Context,
    madeAt: number,
    parkedAt: number,
    unit: number,
    probability: number,
  ): void {
    const { ints } = this;
    const at = row * ROW_WORDS;
    if (row === this.#end) this.#end++;
    else this.#freeRow = ints[at + NEWER]!;
    this.#awaited[row] = awaited;
    this.#known[row] = context;
    this.#doubles[row * ROW_DOUBLES] = parkedAt;
    this.#floats[at + PROBABILITY] = probability;
    ints[at + TAGS] = (unit << UNIT_SHIFT) | leaf;
    ints[at + MADE_AT] = madeAt;
    ints[at + INNER] = NONE;
    ints[at + OUTER] = NONE;
    this.shapes[leaf]!++;

    const newest = ints[OLDER]!;
    ints[newest * ROW_WORDS + NEWER] = row;
    ints[at + OLDER] = newest;
    ints[at + NEWER] = 0;
    ints[OLDER] = row;
    if (this.#firstStrong !== 0) return;
    this.#firstStrong = row;
    this.onFirstStrong();
  }

  /** Makes a live row a free one. */
  protected remove(row: number): void {
    const { ints } = this;
    const at = row * ROW_WORDS;
    this.shapes[ints[at + TAGS]! & SHAPE_BITS]!--;
    ints[at + MADE_AT] = NONE;
    const older = ints[at + OLDER]!;
    const newer = ints[at + NEWER]!;
    if (this.#firstStrong === row) this.#firstStrong = newer;
    ints[older * ROW_WORDS + NEWER] = newer;
    ints[newer * ROW_WORDS + OLDER] = older;
    this.#awaited[row] = undefined;
    this.#known[row] = undefined;
    ints[at + NEWER] = this.#freeRow;
    this.#freeRow = row;
  }

  /** Tells this use of a row from later ones; NONE where the row is free. */
  madeAt(row: number): number {
    return this.ints[row * ROW_WORDS + MADE_AT]!;
  }
  /** The promise, or a WeakRef of it once the row has been parked for long; undefined where that was one too many. */
  awaited(row: number): object | undefined {
    return this.#awaited[row];
  }
  /** The promise that is awaited, as far as it is known and was not collected. */
  promise(row: number): object | undefined {
    const awaited = this.#awaited[row];
    return awaited instanceof WeakRef ? (awaited as WeakRef<object>).deref() : awaited;
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
  /** Monotonic milliseconds. */
  parkedAt(row: number): number {
    return this.#doubles[row * ROW_DOUBLES]!;
  }
  unit(row: number): number {
    return this.ints[row * ROW_WORDS + TAGS]! >>> UNIT_SHIFT;
  }
  probability(row: number): number {
    return this.#floats[row * ROW_WORDS + PROBABILITY]!;
  }
  /** One of `RowShape`. */
  shape(row: number): number {
    return this.ints[row * ROW_WORDS + TAGS]! & SHAPE_BITS;
  }
  inner(row: number): number {
    return this.ints[row * ROW_WORDS + INNER]!;
  }
  outer(row: number): number {
    const { ints } = this;
    const at = row * ROW_WORDS;
    const outer = ints[at + OUTER]!;
    return outer !== NONE && ints[outer * ROW_WORDS + MADE_AT] === ints[at + OUTER_MADE_AT] ? outer : NONE;
  }
  isNoted(row: number): boolean {
    return (this.ints[row * ROW_WORDS + TAGS]! & NOTED_BIT) !== 0;
  }

  protected setInner(row: number, inner: number): void {
    this.ints[row * ROW_WORDS + INNER] = inner;
  }

  protected setOuter(row: number, outer: number): void {
    const { ints } = this;
    ints[row * ROW_WORDS + OUTER] = outer;
    if (outer !== NONE) ints[row * ROW_WORDS + OUTER_MADE_AT] = ints[outer * ROW_WORDS + MADE_AT]!;
  }

  protected setProbability(row: number, probability: number): void {
    this.#floats[row * ROW_WORDS + PROBABILITY] = probability;
  }

  protected reshape(row: number, shape: number): void {
    const { ints } = this;
    const at = row * ROW_WORDS + TAGS;
    const tags = ints[at]!;
    this.shapes[tags & SHAPE_BITS]!--;
    this.shapes[shape]!++;
    ints[at] = (tags & ~SHAPE_BITS) | shape;
  }

  know(row: number, known: KnownPark): void {
    this.note(row);
    this.#known[row] = known;
  }

  /** Somebody has to be told when the row goes. */
  note(row: number): void {
    this.ints[row * ROW_WORDS + TAGS]! |= NOTED_BIT;
  }

  /** What is awaited is not held any more; `instead` (a WeakRef of it) is. */
  letGo(row: number, instead: object | undefined): void {
    this.#awaited[row] = instead;
    if (this.#firstStrong === row) this.#firstStrong = this.nextNewer(row);
  }

  /** The oldest row that was not let go of; 0 where there is none. */
  get firstStrong(): number {
    return this.#firstStrong;
  }

  /** The live row that parked next; the oldest of all after row 0, and 0 after the newest. */
  nextNewer(row: number): number {
    return this.ints[row * ROW_WORDS + NEWER]!;
  }

  /** The live row that parked before; the newest of all before row 0, and 0 before the oldest. */
  nextOlder(row: number): number {
    return this.ints[row * ROW_WORDS + OLDER]!;
  }

  /** Live rows, oldest first. */
  *byAge(): Iterable<number> {
    for (let row = this.nextNewer(0); row !== 0; row = this.nextNewer(row)) yield row;
  }

  /** Lets go of everything, for good. The number of rows that there could have been. */
  protected clear(): number {
    this.#awaited.length = 1;
    this.#known.length = 1;
    this.ints.fill(NONE);
    this.#end = 1;
    this.#freeRow = NONE;
    this.#emptyList();
    this.#firstStrong = 0;
    this.shapes.fill(0);
    return this.#capacity;
  }

  /** Throws where an invariant does not hold. For tests: it looks at every row. */
  check(): void {
    const counts = [0, 0, 0];
    let older = 0;
    let before = -Infinity;
    for (const row of this.byAge()) {
      if (this.madeAt(row) === NONE) throw new Error(`row ${row} is in the list by age and free`);
      if (this.nextOlder(row) !== older) throw new Error(`row ${row} follows ${older} and points back to another`);
      if (this.parkedAt(row) < before) throw new Error(`row ${row} parked before its elder`);
      const inner = this.inner(row);
      if (inner !== NONE && this.outer(inner) !== row) throw new Error(`the inner row of ${row} has another outer one`);
      counts[this.shape(row)]!++;
      older = row;
      before = this.parkedAt(row);
    }
    if (this.nextOlder(0) !== older) throw new Error('the list by age does not end with the newest');
    counts.forEach((count, shape) => {
      if (this.shapes[shape] !== count)
        throw new Error(`${count} rows of shape ${shape}, counted ${this.shapes[shape]}`);
    });
    let free = 0;
    for (let row = this.#freeRow; row !== NONE; row = this.nextNewer(row)) {
      if (this.madeAt(row) !== NONE) throw new Error(`row ${row} is on the free list and live`);
      free++;
    }
    if (free + this.live + 1 !== this.#end) throw new Error(`${free} free and ${this.live} live rows of ${this.#end}`);
  }

  #emptyList(): void {
    this.ints[NEWER] = 0;
    this.ints[OLDER] = 0;
  }

  #grow(): void {
    const capacity = this.#capacity + (this.#capacity < LARGE ? this.#capacity : this.#capacity >> 2);
    // Throws where there is no memory: nothing has changed then.
    this.#words = createRowWords(capacity, this.#words);
    this.#capacity = capacity;
    this.ints = this.#words.ints;
    this.#floats = this.#words.floats;
    this.#doubles = this.#words.doubles;
  }
}
