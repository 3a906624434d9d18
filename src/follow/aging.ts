import { nowMillis } from '../base/clock.ts';
import { Collections } from '../base/collections.ts';
import { EMPTY_TASK_CONTEXT, type TaskContext } from '../capture/task-context.ts';
import type { Random } from '../base/random.ts';
import type { CapturedRows } from './captured-rows.ts';
import { KnownPark } from './known-park.ts';
import type { RowReader } from './row-reader.ts';
import { NONE, RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** WeakRefs (32 bytes) and watched promises (72 bytes of a cell, 100 of the map and the token): 2 MiB at the most. */
const MAX_WEAK_REFS = 8_192;
const MAX_WATCHED = 8_192;

/** What is known of most parks that were not read: one object instead of 100 bytes for each of a hundred thousand. */
const NOT_READ = new KnownPark(EMPTY_TASK_CONTEXT);

/** Walks between two looks at the clock: half a millisecond. */
const BATCH = 64;

/** What ages, and what tells of it. */
interface AgingSource {
  readonly registry: TaskRegistry;
  readonly reader: RowReader;
  readonly captured: CapturedRows;
  readonly random: Random;
  /** Whether parks are asked later if they still are: all need a promise for that. */
  readonly asksLater: boolean;
}

/** What is handed over when the promise was collected, and the token to call that off by. */
interface Watched {
  readonly row: number;
  readonly madeAt: number;
}

/**
 * Lets go of promises that were awaited for `strongMillis`: their stacks are taken then, as far as the time allows, since
 * nobody may be able to tell them later. Beyond that a WeakRef is kept, and beyond these the park is only counted.
 */
export class Aging {
  readonly #registry: TaskRegistry;
  readonly #reader: RowReader;
  readonly #captured: CapturedRows;
  readonly #random: Random;
  readonly #source: AgingSource;
  readonly #strongMillis: number;
  readonly #watched = new Map<number, Watched>();
  readonly #collected: Collections<Watched>;
  readonly #onLost: (row: number, park: KnownPark) => void;
  #weakRefs = 0;

  /** `onLost`: a task can never resume; its row is still there. */
  constructor(source: AgingSource, strongMillis: number, onLost: (row: number, park: KnownPark) => void) {
    this.#source = source;
    this.#registry = source.registry;
    this.#reader = source.reader;
    this.#captured = source.captured;
    this.#random = source.random;
    this.#strongMillis = strongMillis;
    this.#onLost = onLost;
    this.#collected = new Collections((watched) => this.#onCollected(watched));
  }

  /** How much is kept, which is bounded. */
  get kept(): { readonly watched: number; readonly weakRefs: number } {
    return { watched: this.#watched.size, weakRefs: this.#weakRefs };
  }

  /** Whether something is held that has to be let go of some time. */
  get hasStrong(): boolean {
    return this.#registry.firstStrong !== 0;
  }

  /**
   * Lets go of what is old enough, with at most `maxWalks` walks, until about `deadline`. True when nothing of that age is left.
   * In a turn of its own.
   */
  run(now: number, maxWalks: number, deadline: number): boolean {
    const due = now - this.#strongMillis;
    let walks = maxWalks;
    for (;;) {
      const batch = this.#nextBatch(due, walks > 0 ? Math.min(walks, BATCH) : BATCH);
      if (batch.length === 0) return true;
      if (walks > 0) this.#readAndLetGo(batch);
      else for (const row of batch) this.#letGoUnread(row);
      walks -= batch.length;
      if (nowMillis() >= deadline) return false;
    }
  }

  /** A row goes, and its link with it: what was kept for them does so too. */
  onRelease(row: number): void {
    const registry = this.#registry;
    const inner = registry.inner(row);
    if (inner !== NONE && registry.shape(inner) === RowShape.link) this.#forget(inner);
    this.#forget(row);
  }

  clear(): void {
    for (const watched of this.#watched.values()) this.#collected.unwatch(watched);
    this.#collected.close();
    this.#watched.clear();
    this.#weakRefs = 0;
  }

  #forget(row: number): void {
    if (this.#registry.awaited(row) instanceof WeakRef) this.#weakRefs--;
    const watched = this.#watched.get(row);
    if (watched === undefined) return;
    this.#watched.delete(row);
    this.#collected.unwatch(watched);
  }

  #nextBatch(due: number, size: number): number[] {
    const registry = this.#registry;
    const batch: number[] = [];
    for (let row = registry.firstStrong; row !== 0 && batch.length < size; row = registry.nextNewer(row)) {
      if (registry.parkedAt(row) > due) break;
      batch.push(row);
    }
    return batch;
  }

  #readAndLetGo(rows: readonly number[]): void {
    const parks = this.#reader.read(rows);
    this.#borrowStacks(rows, parks);
    rows.forEach((row, i) => {
      const park = parks[i]!;
      // Its capture may not be resolved yet: what comes of that is better.
      park.record ??= this.#registry.known(row)?.record;
      this.#registry.know(row, park);
      // Somebody may be found later: what is shared now may have one waiter then. Captured ones stand for others.
      this.#letGo(row, park, park.verdict === 'unknown' || park.record !== undefined);
    });
  }

  /** Of those that can't be walked: as in a snapshot, but for good. */
  #borrowStacks(rows: readonly number[], parks: readonly KnownPark[]): void {
    if (parks.every(({ verdict }) => verdict !== 'unknown')) return;
    const unwalkable = this.#captured.unwalkable(this.#reader, this.#random);
    parks.forEach((park, i) => {
      const captured = park.verdict === 'unknown' ? unwalkable.on(this.#registry.promise(rows[i]!)) : undefined;
      if (captured !== undefined) park.isAs(captured);
    });
  }

  #letGoUnread(row: number): void {
    const park = this.#registry.known(row) ?? notRead(this.#reader.contextAt(row));
    this.#registry.know(row, park);
    this.#letGo(row, park, park.verdict === 'unknown');
  }

  #letGo(row: number, park: KnownPark, wantsWeakRef: boolean): void {
    const promise = this.#registry.awaited(row)!;
    park.letGoOfContext();
    this.#watch(row, park, promise);
    const keeps = (wantsWeakRef || this.#source.asksLater) && this.#weakRefs < MAX_WEAK_REFS;
    if (keeps) this.#weakRefs++;
    this.#registry.letGo(row, keeps ? new WeakRef(promise) : undefined);
    // A link goes with its outer row, which has to be told then.
    const outer = this.#registry.outer(row);
    if (outer !== NONE && this.#registry.shape(row) === RowShape.link) this.#registry.note(outer);
  }

  /** Links of combinators pile up on promises that live long: these leave room for others. */
  #watch(row: number, park: KnownPark, promise: object): void {
    const room =
      park.verdict === 'none' && this.#registry.shape(row) !== RowShape.joint ? MAX_WATCHED / 2 : MAX_WATCHED;
    if (this.#watched.size >= room) return;
    const watched = { row, madeAt: this.#registry.madeAt(row) };
    this.#watched.set(row, watched);
    this.#collected.watch(promise, watched, watched);
  }

  #onCollected(watched: Watched): void {
    const { row, madeAt } = watched;
    const registry = this.#registry;
    if (this.#watched.get(row) !== watched) return;
    if (registry.madeAt(row) !== madeAt) {
      this.#watched.delete(row);
      return;
    }
    const park = registry.known(row);
    if (park !== undefined && this.#isLostTask(row, park)) this.#onLost(row, park);
    this.onRelease(row);
    registry.drop(row);
  }

  /** Whether it counts as a task. */
  #isLostTask(row: number, park: KnownPark): boolean {
    if (park.isOwn || park.verdict === 'none') return false;
    return park.verdict === 'task' || this.#registry.shape(row) === RowShape.leaf;
  }
}

function notRead(context: TaskContext | undefined): KnownPark {
  return context === EMPTY_TASK_CONTEXT ? NOT_READ : new KnownPark(context);
}
