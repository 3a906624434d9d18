import type { Relations } from './fleet-database.ts';
import type { ProfileSelection } from './profile-selection.ts';

const PARAMETER_TYPES = { text: 'String', integer: 'Int64', name: 'Identifier', ids: 'Array(UInt64)' } as const;

const parameter: Relations['parameter'] = (name, type) => `{${name}:${PARAMETER_TYPES[type]}}`;

/** Leaf first: (function, file, line). Frames without a name have their address, as frames of files do. */
const FRAMES = `arrayMap((n, f, l, a, m) -> if(n = '' AND f = '' AND l = 0,
    (concat('0x', lower(if(a = 0, '0', trim(LEADING '0' FROM hex(a))))), m, toInt32(0)),
    (toString(n), toString(f), l)),
  FunctionNames, FileNames, LineNumbers, Addresses, arrayMap(m -> toString(m), MappingFileNames))`;

const FRAME_TEXT = `if(frame.2 = '', frame.1,
  if(frame.3 = 0, concat(frame.1, ' (', frame.2, ')'), concat(frame.1, ' (', frame.2, ':', toString(frame.3), ')')))`;

/** A profile has no id of its own in all tables: it is what one process sent for one stretch of time. */
const PROFILE = 'sipHash64(ResourceAttributes, Timestamp, DurationNano)';
const STACK = `sipHash64(${FRAMES})`;
/** A value for each timestamp, or one without; timestamps alone count once each. */
const VALUE = 'if(empty(Values), toInt64(length(TimestampsUnixNano)), arraySum(Values))';

/** The parameters that {@link clickHouseRelations} refers to. */
export const SELECTION_PARAMETERS = {
  measure: 'measure',
  since: 'since',
  until: 'until',
  resourceName: (index: number) => `resourceName${index}`,
  resourceText: (index: number) => `resourceText${index}`,
} as const;

/** What the exporter fills; its names are parameters as well. */
export const TABLE = '{database:Identifier}.{table:Identifier}';

/** Over the table that the Collector's ClickHouse exporter fills with a row for each sample. */
export function clickHouseRelations(selection: ProfileSelection): Relations {
  const from = `FROM ${TABLE} WHERE ${conditions(selection).join(' AND ')}`;
  return {
    parameter,
    profiles: `(SELECT profile, any(nanos) AS time, any(SampleUnit) AS unit, any(attributes) AS resource, '' AS file
      FROM (SELECT ${PROFILE} AS profile, toUnixTimestamp64Nano(Timestamp) AS nanos, SampleUnit,
        toJSONString(mapSort(ResourceAttributes)) AS attributes ${from}) GROUP BY profile)`,
    samples: ({ time, keys }) => {
      const columns = [`${PROFILE} AS profile`, `${STACK} AS stack`, `${VALUE} AS value`];
      if (time) columns.push('toUnixTimestamp64Nano(Timestamp) AS time');
      for (const [index, key] of keys.entries()) {
        columns.push(
          `if(mapContains(SampleAttributes, ${key}), SampleAttributes[${key}], ResourceAttributes[${key}]) AS key${index}`,
        );
      }
      return `(SELECT ${columns.join(', ')} ${from})`;
    },
    labels: `(SELECT profile, attribute.1 AS name, attribute.2 AS text, value FROM
      (SELECT ${PROFILE} AS profile, ${VALUE} AS value, CAST(SampleAttributes AS Array(Tuple(String, String))) AS attributes ${from})
      ARRAY JOIN attributes AS attribute)`,
    resources: `(SELECT DISTINCT profile, attribute.1 AS name, attribute.2 AS text FROM
      (SELECT ${PROFILE} AS profile, CAST(ResourceAttributes AS Array(Tuple(String, String))) AS attributes ${from})
      ARRAY JOIN attributes AS attribute)`,
    stacksMatching: (pattern) => `(SELECT DISTINCT sipHash64(frames) AS stack FROM (SELECT ${FRAMES} AS frames ${from})
      WHERE arrayExists(frame -> frame IN (SELECT frame FROM
        (SELECT DISTINCT arrayJoin(${FRAMES}) AS frame ${from}) WHERE match(${FRAME_TEXT}, ${pattern})), frames))`,
    stackFrames: (ids) => `(SELECT toString(id) AS stack, toJSONString(any(list)) AS frames FROM
      (SELECT ${STACK} AS id, ${FRAMES} AS list ${from}) WHERE id IN ${ids} GROUP BY id)`,
    checkPattern: (pattern) => `SELECT match('', ${pattern}) AS ok`,
    // Of 128 bits: ten thousand profiles of nanoseconds come near the end of 64.
    sum: (expression) => `toString(sum(toInt128(${expression})))`,
    divide: (dividend, divisor) => `intDiv(${dividend}, ${divisor})`,
    text: (expression) => `toString(${expression})`,
  };
}

function conditions({ since, until, resource }: ProfileSelection): string[] {
  const { measure, resourceName, resourceText } = SELECTION_PARAMETERS;
  return [
    `SampleType = ${parameter(measure, 'text')}`,
    ...(since === undefined ? [] : [`Timestamp >= fromUnixTimestamp64Nano(${parameter('since', 'integer')})`]),
    ...(until === undefined ? [] : [`Timestamp < fromUnixTimestamp64Nano(${parameter('until', 'integer')})`]),
    ...resource.map(
      (_, index) =>
        `ResourceAttributes[${parameter(resourceName(index), 'text')}] = ${parameter(resourceText(index), 'text')}`,
    ),
  ];
}
