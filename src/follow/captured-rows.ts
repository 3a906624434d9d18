import type { Random } from '../base/random.ts';
import type { KnownPark } from './known-park.ts';
import type { RowReader } from './row-reader.ts';
import { NONE } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** The latest captures that are kept to stand for parks that can't be walked. */
const SIZE = 512;

/** How many of them are walked to find such ones. */
const MAX_WALKS = 32;

/** Captured parks that can't be walked, to stand for others. */
export class UnwalkableParks {
  readonly #all: readonly KnownPark[];
  readonly #byPromise = new Map<object, KnownPark[]>();
  readonly #random: Random;

  constructor(parks: Iterable<readonly [promise: object, park: KnownPark]>, random: Random) {
    this.#all = Array.from(parks, ([promise, park]) => {
      const ofSame = this.#byPromise.get(promise);
      if (ofSame === undefined) this.#byPromise.set(promise, [park]);
      else ofSame.push(park);
      return park;
    });
    this.#random = random;
  }

  /** One of those that await the promise. */
  on(promise: object | undefined): KnownPark | undefined {
    return promise && this.#oneOf(this.#byPromise.get(promise) ?? []);
  }

  /** One of all. */
  any(): KnownPark | undefined {
    return this.#oneOf(this.#all);
  }

  #oneOf(parks: readonly KnownPark[]): KnownPark | undefined {
    return parks[Math.floor(this.#random() * parks.length)];
  }
}

/** Rows that were captured at their park, the latest of them. */
export class CapturedRows {
  readonly #registry: TaskRegistry;
  readonly #rows = new Int32Array(SIZE).fill(NONE);
  readonly #madeAt = new Int32Array(SIZE).fill(NONE);
  #count = 0;

  constructor(registry: TaskRegistry) {
    this.#registry = registry;
  }

  add(row: number): void {
    const at = this.#count++ % SIZE;
    this.#rows[at] = row;
    this.#madeAt[at] = this.#registry.madeAt(row);
  }

  /** Those that are still parked, known, and can't be walked, among the newest. */
  unwalkable(reader: RowReader, random: Random): UnwalkableParks {
    const rows: number[] = [];
    for (let i = 0; i < SIZE && rows.length < MAX_WALKS; i++) {
      const at = (this.#count - 1 - i + 2 * SIZE) % SIZE;
      const row = this.#rows[at]!;
      if (row === NONE || this.#registry.madeAt(row) !== this.#madeAt[at]) continue;
      if (this.#registry.known(row)?.verdict === 'unknown' || this.#registry.promise(row) === undefined) continue;
      rows.push(row);
    }
    const empty = reader.areEmpty(rows);
    const parks = rows
      .filter((_row, i) => empty[i])
      .map((row) => [this.#registry.promise(row)!, this.#registry.known(row)!] as const);
    return new UnwalkableParks(parks, random);
  }
}
