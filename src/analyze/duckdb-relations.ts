import type { Relations } from './fleet-database.ts';

const PARAMETER_CASTS = { text: 'VARCHAR', name: 'VARCHAR', integer: 'BIGINT', ids: 'VARCHAR[]' } as const;

const FRAME_TEXT = `f.name || CASE WHEN f.file = '' THEN '' WHEN f.line = 0 THEN ' (' || f.file || ')'
  ELSE ' (' || f.file || ':' || f.line || ')' END`;

/** Over the tables that a DuckDbStore fills. */
export const DUCKDB_RELATIONS: Relations = {
  parameter: (name, type) => `CAST($${name} AS ${PARAMETER_CASTS[type]})`,
  profiles: '(SELECT id AS profile, time, unit, resource, file FROM profiles)',
  samples: ({ time, keys }) => {
    const columns = ['s.profile', 's.stack', 's.value', ...(time ? ['p.time'] : [])];
    const joins = time ? ['JOIN profiles p ON p.id = s.profile'] : [];
    for (const [index, key] of keys.entries()) {
      // What a sample says goes before what its process does.
      columns.push(`coalesce(l${index}.text, r${index}.text, '') AS key${index}`);
      joins.push(`LEFT JOIN labels l${index} ON l${index}.id = s.labels AND l${index}.name = ${key}`);
      joins.push(`LEFT JOIN resources r${index} ON r${index}.id = s.profile AND r${index}.name = ${key}`);
    }
    return `(SELECT ${columns.join(', ')} FROM samples s ${joins.join(' ')})`;
  },
  labels: '(SELECT s.profile, l.name, l.text, s.value FROM samples s JOIN labels l ON l.id = s.labels)',
  resources: '(SELECT id AS profile, name, text FROM resources)',
  stacksMatching: (pattern) => `(SELECT DISTINCT stack FROM stack_frames WHERE frame IN
    (SELECT f.id FROM frames f WHERE regexp_matches(${FRAME_TEXT}, ${pattern}, 's')))`,
  stackFrames: (ids) => `(SELECT CAST(c.stack AS VARCHAR) AS stack,
      CASE WHEN count(f.id) = 0 THEN '[]'
        ELSE CAST(to_json(list(json_array(f.name, f.file, f.line) ORDER BY s.position)) AS VARCHAR) END AS frames
    FROM (SELECT CAST(unnest(${ids}) AS BIGINT) AS stack) c
    LEFT JOIN stack_frames s USING (stack) LEFT JOIN frames f ON f.id = s.frame GROUP BY c.stack)`,
  checkPattern: (pattern) => `SELECT regexp_matches('', ${pattern}, 's') AS ok`,
  sum: (expression) => `CAST(sum(${expression}) AS VARCHAR)`,
  divide: (dividend, divisor) => `(${dividend} // ${divisor})`,
  text: (expression) => `CAST(${expression} AS VARCHAR)`,
};
