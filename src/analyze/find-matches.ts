import { NoProfileError } from './analyze-error.ts';
import { type FleetDatabase, numberOf, type Parameter, type Parameters, type Row } from './fleet-database.ts';
import { oneUnit, UNIT_COLUMNS } from './one-unit.ts';
import { matchingValue, patternParameters } from './pattern.ts';

/** A profile, and how much of it has a frame that matches. */
export interface ProfileMatches {
  readonly timeUnixNano: bigint;
  /** Attributes of its resource. */
  readonly resource: Readonly<Record<string, string>>;
  /** Where the resource says nothing: the file it is in; else ''. */
  readonly file: string;
  readonly matching: number;
  readonly total: number;
}

/** What profiles have in common that go by the same keys. */
export interface GroupMatches {
  /** Start of the stretch of time; undefined where times are not asked for. */
  readonly timeUnixNano?: bigint;
  /** Texts of the attributes asked for, '' where there is none. */
  readonly keys: readonly string[];
  /** Profiles that have samples in the group. */
  readonly profiles: number;
  readonly matching: number;
  readonly total: number;
  /** The most in one profile. */
  readonly mostMatching: number;
}

export interface Totals {
  readonly profiles: number;
  readonly matchingProfiles: number;
  readonly matching: number;
  readonly total: number;
  readonly unit: string;
  readonly firstUnixNano: bigint;
  readonly lastUnixNano: bigint;
}

/** Counts samples whose stack has a frame that matches a regular expression of RE2. */
export class MatchFinder {
  readonly #database: FleetDatabase;
  readonly #parameters: Parameters;

  constructor(database: FleetDatabase, pattern: string) {
    this.#database = database;
    this.#parameters = patternParameters(pattern);
  }

  async totals(): Promise<Totals> {
    const { relations: sql } = this.#database;
    const [row] = await this.#rows(
      `SELECT count(*) AS profiles, count(CASE WHEN m.matching > 0 THEN 1 END) AS matching_profiles,
        ${sql.sum('m.matching')} AS matching, ${sql.sum('m.total')} AS total, ${UNIT_COLUMNS},
        ${sql.text('min(p.time)')} AS first, ${sql.text('max(p.time)')} AS last
      FROM ${this.#perProfile()} m JOIN ${sql.profiles} p ON p.profile = m.profile`,
    );
    if (row === undefined || numberOf(row.profiles) === 0) throw new NoProfileError();
    return {
      profiles: numberOf(row.profiles),
      matchingProfiles: numberOf(row.matching_profiles),
      matching: numberOf(row.matching),
      total: numberOf(row.total),
      unit: oneUnit(row),
      firstUnixNano: BigInt(row.first as string),
      lastUnixNano: BigInt(row.last as string),
    };
  }

  /** Those with the most first; `limit` profiles at most. */
  async byProfile(limit: number): Promise<ProfileMatches[]> {
    const { relations: sql } = this.#database;
    const rows = await this.#rows(
      `SELECT ${sql.text('p.time')} AS nanos, p.resource AS resource, p.file AS file,
        ${sql.text('m.matching')} AS matching, ${sql.text('m.total')} AS total
      FROM ${this.#perProfile()} m JOIN ${sql.profiles} p ON p.profile = m.profile
      ORDER BY m.matching DESC, p.time, p.resource, p.file LIMIT ${sql.parameter('rows', 'integer')}`,
      { rows: { type: 'integer', value: BigInt(limit) } },
    );
    return rows.map((row) => ({
      timeUnixNano: BigInt(row.nanos as string),
      resource: JSON.parse(row.resource as string) as Record<string, string>,
      file: String(row.file),
      matching: numberOf(row.matching),
      total: numberOf(row.total),
    }));
  }

  /** By attributes of samples or resources, and by stretches of `stepNanos` where that is given. In the order of time and keys. */
  async byGroup(keys: readonly string[], stepNanos?: bigint): Promise<GroupMatches[]> {
    const { relations: sql } = this.#database;
    const keyParameters = keys.map((key, index): [string, Parameter] => [`key${index}`, { type: 'text', value: key }]);
    const keyColumns = keys.map((_, index) => `key${index}`);
    const start = stepNanos === undefined ? [] : ['start'];
    const step = sql.parameter('step', 'integer');
    const columns = [...start, ...keyColumns].join(', ');
    const startColumn = stepNanos === undefined ? '' : `${sql.divide('s.time', step)} * ${step} AS start, `;
    const samples = sql.samples({
      time: stepNanos !== undefined,
      keys: keyParameters.map(([name]) => sql.parameter(name, 'text')),
    });
    const rows = await this.#rows(
      `SELECT ${start.map((name) => `${sql.text(name)} AS nanos, `).join('')}${keyColumns.map((name) => `${name}, `).join('')}
        count(*) AS profiles, ${sql.sum('matched')} AS matching, ${sql.sum('amount')} AS total,
        ${sql.text('max(matched)')} AS most
      FROM (SELECT ${columns}, profile, sum(matched_value) AS matched, sum(value) AS amount
        FROM (SELECT ${startColumn}s.profile AS profile, s.value AS value, ${matchingValue(sql)} AS matched_value
          ${keyColumns.map((name) => `, s.${name} AS ${name}`).join('')} FROM ${samples} s)
        GROUP BY ${columns}, profile)
      GROUP BY ${columns} ORDER BY ${columns}`,
      {
        ...Object.fromEntries(keyParameters),
        ...(stepNanos !== undefined && { step: { type: 'integer', value: stepNanos } }),
      },
    );
    return rows.map((row) => ({
      ...(stepNanos !== undefined && { timeUnixNano: BigInt(row.nanos as string) }),
      keys: keyColumns.map((name) => String(row[name])),
      profiles: numberOf(row.profiles),
      matching: numberOf(row.matching),
      total: numberOf(row.total),
      mostMatching: numberOf(row.most),
    }));
  }

  /** `profile, matching, total` */
  #perProfile(): string {
    const { relations: sql } = this.#database;
    const samples = sql.samples({ time: false, keys: [] });
    return `(SELECT profile, sum(matched_value) AS matching, sum(value) AS total
      FROM (SELECT s.profile AS profile, s.value AS value, ${matchingValue(sql)} AS matched_value FROM ${samples} s)
      GROUP BY profile)`;
  }

  async #rows(sql: string, parameters: Parameters = {}): Promise<Row[]> {
    return Array.fromAsync(this.#database.rows(sql, { ...this.#parameters, ...parameters }));
  }
}
