import type { DatabaseSync, StatementSync } from 'node:sqlite';

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

/** Keeps the store within its limits. */
export class Retention {
  readonly #database: DatabaseSync;
  readonly #limits: RetentionLimits;
  readonly #pages: StatementSync;
  #checkedAt = -Infinity;

  constructor(database: DatabaseSync, limits: RetentionLimits) {
    this.#database = database;
    this.#limits = limits;
    this.#pages = database.prepare(
      `select (page_count - freelist_count) * page_size as bytes
       from pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
  }

  get usedBytes(): number {
    return Number(this.#pages.get()!.bytes);
  }

  /** Whether rows have gone, with `transaction` around what removes them. */
  enforce(transaction: (remove: () => void) => void): boolean {
    const { maxAgeMillis, maxBytes } = this.#limits;
    let hasRemoved = false;
    const now = performance.now();
    const everyMillis = Math.min(CHECK.maxMillis, Math.max(CHECK.minMillis, maxAgeMillis * CHECK.perAge));
    if (maxAgeMillis !== Infinity && now - this.#checkedAt > everyMillis) {
      this.#checkedAt = now;
      const cutoff = Math.floor((Date.now() - maxAgeMillis) * 1e3);
      if (this.#hasOlder(cutoff)) {
        transaction(() => this.#remove(cutoff, cutoff));
        hasRemoved = true;
      }
    }
    while (this.usedBytes > maxBytes) {
      if (!this.#hasAny()) break;
      transaction(() => this.#remove(this.#cutoff('profile'), this.#cutoff('trace')));
      hasRemoved = true;
    }
    return hasRemoved;
  }

  #hasAny(): boolean {
    return this.#one('select exists (select 1 from profile) or exists (select 1 from trace) as found').found === 1;
  }

  #hasOlder(cutoff: number): boolean {
    const sql =
      'select exists (select 1 from profile where end < ?1) or exists (select 1 from trace where end < ?1) as found';
    return this.#database.prepare(sql).get(cutoff)!.found === 1;
  }

  /** The end of the newest that has to go, and a bit. */
  #cutoff(table: 'profile' | 'trace'): number {
    const { n } = this.#one(`select count(*) as n from ${table}`);
    const offset = Math.floor(Number(n) * PART);
    const row = this.#database.prepare(`select end from ${table} order by end limit 1 offset ?`).get(offset);
    return row ? Number(row.end) + 1 : 0;
  }

  #remove(profileCutoff: number, traceCutoff: number): void {
    const remove = (sql: string, ...values: number[]): void => void this.#database.prepare(sql).run(...values);
    for (const table of ['sample', 'cell', 'slice']) {
      remove(`delete from ${table} where profile in (select id from profile where end < ?)`, profileCutoff);
    }
    remove('delete from profile where end < ?', profileCutoff);
    remove('delete from span where trace in (select id from trace where end < ?)', traceCutoff);
    remove('delete from trace where end < ?', traceCutoff);
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
