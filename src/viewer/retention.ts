import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AGE } from './schema.ts';

export interface RetentionLimits {
  /** Older profiles and traces go; Infinity for none. */
  readonly maxAgeMillis: number;
  /** The oldest go where the tables take more. */
  readonly maxBytes: number;
}

/** Looks whether something is too old so often, since what goes leaves rows that nothing refers to: a look at all of them. */
const CHECK = { minMillis: 1_000, maxMillis: 60_000, perAge: 0.05 } as const;
/** What goes at once where there is no room: a part of the profiles, by time, and of the traces. */
const PART = 0.2;

type Transaction = (remove: () => void) => void;

/** Keeps the store within its limits. */
export class Retention {
  readonly #database: DatabaseSync;
  readonly #limits: RetentionLimits;
  readonly #pages: StatementSync;
  /** How often something may be too old; Infinity where nothing ever is. */
  readonly checkMillis: number;
  #checkedAt = -Infinity;

  constructor(database: DatabaseSync, limits: RetentionLimits) {
    this.#database = database;
    this.#limits = limits;
    const often = Math.min(CHECK.maxMillis, Math.max(CHECK.minMillis, limits.maxAgeMillis * CHECK.perAge));
    this.checkMillis = limits.maxAgeMillis === Infinity ? Infinity : often;
    this.#pages = database.prepare(
      `select (page_count - freelist_count) * page_size as bytes
       from pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
  }

  get usedBytes(): number {
    return Number(this.#pages.get()!.bytes);
  }

  /** Whether rows have gone, with `transaction` around what removes them. */
  enforce(transaction: Transaction): boolean {
    const isDue = performance.now() - this.#checkedAt > this.checkMillis;
    let hasRemoved = isDue && this.expire(transaction);
    while (this.usedBytes > this.#limits.maxBytes) {
      if (!this.#hasAny()) break;
      transaction(() => this.#remove(this.#cutoff('profile'), this.#cutoff('trace')));
      hasRemoved = true;
    }
    return hasRemoved;
  }

  /** As {@link enforce}, for age alone. */
  expire(transaction: Transaction): boolean {
    this.#checkedAt = performance.now();
    const cutoff = Math.floor((Date.now() - this.#limits.maxAgeMillis) * 1e3);
    const hasOlder = this.#hasOlder(cutoff);
    if (hasOlder) transaction(() => this.#remove(cutoff, cutoff));
    return hasOlder;
  }

  #hasAny(): boolean {
    return this.#one('select exists (select 1 from profile) or exists (select 1 from trace) as found').found === 1;
  }

  #hasOlder(cutoff: number): boolean {
    const older = (table: string): string => `exists (select 1 from ${table} where ${AGE} < ?1)`;
    const sql = `select ${older('profile')} or ${older('trace')} as found`;
    return this.#database.prepare(sql).get(cutoff)!.found === 1;
  }

  /** The end of the newest that has to go, and a bit. */
  #cutoff(table: 'profile' | 'trace'): number {
    const { n } = this.#one(`select count(*) as n from ${table}`);
    const offset = Math.floor(Number(n) * PART);
    const row = this.#database
      .prepare(`select ${AGE} as age from ${table} order by ${AGE} limit 1 offset ?`)
      .get(offset);
    return row ? Number(row.age) + 1 : 0;
  }

  #remove(profileCutoff: number, traceCutoff: number): void {
    const remove = (sql: string, ...values: number[]): void => void this.#database.prepare(sql).run(...values);
    for (const table of ['sample', 'cell', 'slice']) {
      remove(`delete from ${table} where profile in (select id from profile where ${AGE} < ?)`, profileCutoff);
    }
    remove(`delete from profile where ${AGE} < ?`, profileCutoff);
    remove(`delete from span where trace in (select id from trace where ${AGE} < ?)`, traceCutoff);
    remove(`delete from trace where ${AGE} < ?`, traceCutoff);
    for (const sql of ORPHANS) remove(sql);
  }

  #one(sql: string): Record<string, unknown> {
    return this.#database.prepare(sql).get()!;
  }
}

/** What nothing refers to any more, those that refer before those that are referred to. */
const ORPHANS = [
  `delete from stack where id not in (
     with recursive used (id) as (
       select distinct stack from cell union select stack.parent from stack join used using (id)
     ) select id from used)`,
  'delete from frame where id not in (select frame from stack)',
  'delete from labels where id not in (select labels from cell)',
  'delete from label where labels not in (select id from labels)',
  'delete from series where id not in (select series from profile)',
  'delete from resource where id not in (select resource from series union select resource from span union select resource from trace)',
];
