import type { FleetDatabase, Parameters, Relations } from './fleet-database.ts';

// What has a frame that matches a regular expression of RE2, which is what both engines have. Only distinct frames are matched.

const PATTERN = 'pattern';

export function patternParameters(pattern: string): Parameters {
  return { [PATTERN]: { type: 'text', value: pattern } };
}

export function patternReference(sql: Relations): string {
  return sql.parameter(PATTERN, 'text');
}

/** The value of a sample `s` whose stack matches, else 0. */
export function matchingValue(sql: Relations): string {
  return `CASE WHEN s.stack IN ${sql.stacksMatching(patternReference(sql))} THEN s.value ELSE 0 END`;
}

/** Throws an AnalyzeError unless the engine takes the pattern. For ahead of reading ten thousand files. */
export async function checkPattern(database: FleetDatabase, pattern: string): Promise<void> {
  const question = database.relations.checkPattern(patternReference(database.relations));
  await Array.fromAsync(database.rows(question, patternParameters(pattern)));
}
