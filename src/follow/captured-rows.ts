import type { KnownPark } from './known-park.ts';
import type { RowReader } from './row-reader.ts';
import { NONE } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** The latest captures that are kept to stand for parks that can't be walked. */
const SIZE = 512;

/** How many of them are walked to find such ones. */
const MAX_WALKS = 32;

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

  /** Those that are still parked, known, and can't be walked: with the promise that they await, newest first. */
  unwalkable(reader: RowReader): { readonly park: KnownPark; readonly awaited: object | undefined }[] {
    const rows: number[] = [];
    for (let i = 0; i < SIZE && rows.length < MAX_WALKS; i++) {
      const at = (this.#count - 1 - i + 2 * SIZE) % SIZE;
      const row = this.#rows[at]!;
      if (row === NONE || this.#registry.madeAt(row) !== this.#madeAt[at]) continue;
      if (this.#registry.known(row)?.verdict === 'unknown' || this.#registry.awaited(row) === undefined) continue;
      rows.push(row);
    }
    const empty = reader.areEmpty(rows);
    return rows
      .filter((_row, i) => empty[i])
      .map((row) => ({ park: this.#registry.known(row)!, awaited: this.#registry.awaited(row) }));
  }
}
