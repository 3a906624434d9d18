/** A row of an answer. Texts are strings; whole numbers are numbers, bigints or their texts. */
export type Row = Readonly<Record<string, unknown>>;

export type Parameters = Readonly<Record<string, Parameter>>;

/** Values reach the engine beside the SQL, never in it. */
export type Parameter =
  | { readonly type: 'text' | 'name'; readonly value: string }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'ids'; readonly value: readonly string[] };

/**
 * What questions are asked of: profiles of one measure, in an engine that speaks SQL. The questions are the same text for all
 * engines, made of relations that each defines in its way.
 */
export interface FleetDatabase {
  readonly relations: Relations;
  /** Asks; rows come as the engine has them. Throws an AnalyzeError that says what the engine has against it. */
  rows(sql: string, parameters?: Parameters): AsyncIterable<Row>;
  /** The number of profiles with samples for each type that there is, chosen or not. */
  typeCounts(): Promise<ReadonlyMap<string, number>>;
}

/** SQL of an engine's own. Every relation stands in parentheses, for behind FROM or IN. */
export interface Relations {
  /** A reference to a parameter. */
  parameter(name: string, type: Parameter['type']): string;
  /** `profile, time, unit, resource, file`: one row a profile; resource as a JSON object. */
  readonly profiles: string;
  /** `profile, stack, value`, and where asked for `time` and the attributes of these parameters as `key0`, `key1`, ... */
  samples(columns: { readonly time: boolean; readonly keys: readonly string[] }): string;
  /** `profile, name, text, value`: a row for each attribute of each sample. */
  readonly labels: string;
  /** `profile, name, text`: a row for each attribute of each profile's resource. */
  readonly resources: string;
  /** `stack`: those with a frame whose text matches the parameter. */
  stacksMatching(pattern: string): string;
  /** `stack, frames`: of the stacks whose ids are in the parameter; frames as a JSON array of [function, file, line], leaf first. */
  stackFrames(ids: string): string;
  /** `ok`: fails where the parameter is no regular expression. */
  checkPattern(pattern: string): string;
  /** A sum that does not overflow, as text. */
  sum(expression: string): string;
  /** An integer division. */
  divide(dividend: string, divisor: string): string;
  /** An id as text. */
  text(expression: string): string;
}

/** Reads a whole number of a row. */
export function numberOf(value: unknown): number {
  return Number(value);
}
