import { type FleetDatabase, numberOf, type Parameters, type Row } from './fleet-database.ts';
import type { Level } from './rank-test.ts';

export const FEATURE_KINDS = ['stack', 'label', 'resource'] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];

/** What profiles have of one stack, label or attribute of a resource: how many have how much. */
export interface FeatureLevels {
  readonly kind: FeatureKind;
  readonly name: string;
  readonly text: string;
  readonly stack: string;
  /** Ascending, those that have nothing of it included. */
  readonly levels: readonly Level[];
}

/** Reads them one after another: of ten thousand profiles with a thousand stacks each there are ten million values. */
export class FeatureReader {
  readonly #database: FleetDatabase;
  readonly #highest: string;
  readonly #parameters: Parameters;
  readonly #sizes: { readonly profiles: number; readonly highest: number };

  /** `highest` is a relation of the column `profile`. */
  constructor(
    database: FleetDatabase,
    highest: string,
    parameters: Parameters,
    sizes: { readonly profiles: number; readonly highest: number },
  ) {
    this.#database = database;
    this.#highest = highest;
    this.#parameters = parameters;
    this.#sizes = sizes;
  }

  async *read(): AsyncIterable<FeatureLevels> {
    const { relations: sql } = this.#database;
    const samples = sql.samples({ time: false, keys: [] });
    yield* this.#read('stack', `SELECT stack, '' AS name, '' AS text, profile, value FROM ${samples} s`);
    yield* this.#read('label', `SELECT 0 AS stack, name, text, profile, value FROM ${sql.labels} l`);
    yield* this.#read('resource', `SELECT 0 AS stack, name, text, profile, 1 AS value FROM ${sql.resources} r`);
  }

  async *#read(kind: FeatureKind, source: string): AsyncIterable<FeatureLevels> {
    const { relations: sql } = this.#database;
    const question = `SELECT ${sql.text('stack')} AS id, name, text, ${sql.text('amount')} AS value,
        count(*) AS profiles, count(CASE WHEN profile IN ${this.#highest} THEN 1 END) AS highest
      FROM (SELECT stack, name, text, profile, sum(value) AS amount FROM (${source}) f GROUP BY stack, name, text, profile)
      GROUP BY stack, name, text, amount ORDER BY stack, name, text, amount`;
    let rows: Row[] = [];
    for await (const row of this.#database.rows(question, this.#parameters)) {
      const [first] = rows;
      if (first && (first.id !== row.id || first.name !== row.name || first.text !== row.text)) {
        yield* this.#feature(kind, rows);
        rows = [];
      }
      rows.push(row);
    }
    yield* this.#feature(kind, rows);
  }

  /** Nothing where every profile has as much of it. */
  *#feature(kind: FeatureKind, rows: readonly Row[]): Iterable<FeatureLevels> {
    const [first] = rows;
    if (first === undefined) return;
    const levels = rows.map((row) => ({
      value: numberOf(row.value),
      count: numberOf(row.profiles),
      chosen: numberOf(row.highest),
    }));
    const completed = withZeros(levels, this.#sizes);
    if (completed.length < 2) return;
    const { id, name, text } = first;
    yield {
      kind,
      name: String(name),
      text: String(text),
      stack: kind === 'stack' ? String(id) : '',
      levels: completed,
    };
  }
}

/** Profiles without a sample of it have 0 of it. */
function withZeros(levels: readonly Level[], sizes: { readonly profiles: number; readonly highest: number }): Level[] {
  const sum = (of: (level: Level) => number): number => levels.reduce((total, level) => total + of(level), 0);
  const zero = levels.find(({ value }) => value === 0) ?? { count: 0, chosen: 0 };
  const count = zero.count + sizes.profiles - sum((level) => level.count);
  const chosen = zero.chosen + sizes.highest - sum((level) => level.chosen);
  const others = levels.filter(({ value }) => value !== 0);
  return (count === 0 ? others : [...others, { value: 0, count, chosen }]).sort((a, b) => a.value - b.value);
}
