import { AnalyzeError, NoProfileError } from './analyze-error.ts';
import { type FleetDatabase, numberOf, type Parameters, type Row } from './fleet-database.ts';
import { oneUnit, UNIT_COLUMNS } from './one-unit.ts';
import { matchingValue, patternParameters, patternReference } from './pattern.ts';

/** Profiles by their scores: by what has a frame that matches, or by all they have. */
export class ScoredProfiles {
  readonly #database: FleetDatabase;
  readonly #pattern: string | undefined;

  constructor(database: FleetDatabase, pattern: string | undefined) {
    this.#database = database;
    this.#pattern = pattern;
  }

  async overview(): Promise<{ profiles: number; unit: string }> {
    const { relations: sql } = this.#database;
    const [row] = await this.#rows(`SELECT count(*) AS profiles, ${UNIT_COLUMNS} FROM ${sql.profiles} p`);
    const profiles = numberOf(row?.profiles ?? 0);
    if (profiles === 0) throw new NoProfileError();
    if (profiles === 1) throw new AnalyzeError('there is nothing to compare: one profile');
    return { profiles, unit: oneUnit(row!) };
  }

  /** The score that is reached by as many as wanted. Throws where all score alike. */
  async threshold(profiles: number, wanted: number): Promise<{ threshold: bigint; highest: number }> {
    const { relations: sql } = this.#database;
    if (wanted >= profiles)
      throw new AnalyzeError(`the highest must be fewer than all ${profiles} profiles, got ${wanted}`);
    const [last] = await this.#rows(
      `SELECT ${sql.text('score')} AS score FROM ${this.#scores()} c ORDER BY c.score DESC LIMIT 1 OFFSET ${wanted - 1}`,
    );
    const [least] = await this.#rows(`SELECT ${sql.text('min(score)')} AS score FROM ${this.#scores()} c`);
    // Where the last of them scores as low as any, the highest are those above that.
    const [lastScore, leastScore] = [BigInt(last!.score as string), BigInt(least!.score as string)];
    const threshold = lastScore > leastScore ? lastScore : leastScore + 1n;
    const [counted] = await this.#rows(
      `SELECT count(*) AS highest FROM ${this.#scores()} c WHERE c.score >= ${sql.parameter('threshold', 'integer')}`,
      this.parameters(threshold),
    );
    const highest = numberOf(counted!.highest);
    if (highest === 0) throw new AnalyzeError(`all ${profiles} profiles score ${leastScore}: none is higher`);
    return { threshold, highest };
  }

  /** `profile` */
  highest(): string {
    const { relations: sql } = this.#database;
    return `(SELECT profile FROM ${this.#scores()} c WHERE c.score >= ${sql.parameter('threshold', 'integer')})`;
  }

  parameters(threshold: bigint): Parameters {
    return { ...this.#parameters(), threshold: { type: 'integer', value: threshold } };
  }

  /** Ids of the stacks that the score counts; none where it counts all. */
  async scoredStacks(): Promise<ReadonlySet<string>> {
    if (this.#pattern === undefined) return new Set();
    const { relations: sql } = this.#database;
    const question = `SELECT ${sql.text('stack')} AS id FROM ${sql.stacksMatching(patternReference(sql))} m`;
    const rows = await this.#rows(question);
    return new Set(rows.map(({ id }) => id as string));
  }

  /** `profile, score` */
  #scores(): string {
    const { relations: sql } = this.#database;
    const samples = sql.samples({ time: false, keys: [] });
    const value = this.#pattern === undefined ? 's.value' : matchingValue(sql);
    return `(SELECT profile, sum(amount) AS score FROM (SELECT s.profile AS profile, ${value} AS amount FROM ${samples} s) GROUP BY profile)`;
  }

  #parameters(): Parameters {
    return this.#pattern === undefined ? {} : patternParameters(this.#pattern);
  }

  #rows(sql: string, parameters: Parameters = {}): Promise<Row[]> {
    return Array.fromAsync(this.#database.rows(sql, { ...this.#parameters(), ...parameters }));
  }
}
