export type Parameters = Record<string, string | number>;

/** A part of a query: tables for its `with recursive`, and what stands in them as parameters. */
export interface SqlPart {
  readonly tables: string;
  readonly parameters: Parameters;
}
