import type { DatabaseSync } from 'node:sqlite';
import type { Selection } from './selection.ts';
import { slotsOf } from './slots.ts';
import type { Parameters, SqlPart } from './sql-part.ts';

/** Types whose values say what there is at a time: over a range the mean is what they say. Others add up. */
const MEAN_TYPES: ReadonlySet<string> = new Set([
  ...['tasks', 'resources', 'goroutine', 'goroutines', 'threadcreate', 'inuse_objects', 'inuse_space'],
]);

export function isMeanType(type: string): boolean {
  return MEAN_TYPES.has(type);
}

export interface SelectionSql extends SqlPart {
  /** Only `chosen (id, series, start, end, total, slot, weight)`: the profiles, and what a sum of their values has to be multiplied with. */
  readonly profiles: SqlPart;
  /** Conditions on a `cell` or `sample` named `it`, that follow `where` or `and`. */
  readonly condition: string;
  /** Whether the conditions hold for all. */
  readonly isAll: boolean;
  /** Samples, named `it`: `cell` where spans do not matter. */
  readonly source: string;
  /** Samples with their spans, named `it`. */
  readonly samples: string;
}

// Told, since SQLite takes all samples of a profile for as few as those of a trace in it.
const SAMPLES_OF_TRACE = 'sample as it indexed by sample_by_trace';

/** The query's part for a selection of profiles of one type. */
export function selectionSql(database: DatabaseSync, selection: Selection, type: string): SelectionSql {
  const { traceId } = selection;
  const profiles = chosenProfiles(database, selection, type);
  const tables = [profiles.tables];
  const parameters: Parameters = { ...profiles.parameters };
  const conditions: string[] = [];
  stackQueries(selection, parameters).forEach((query, index) => {
    const table = `stacks${index}`;
    tables.push(
      `${table} (id) as (${query} union select stack.id from stack join ${table} on stack.parent = ${table}.id)`,
    );
    // The plus keeps SQLite from looking up each of these stacks in each profile, which takes ten times as long.
    conditions.push(`+it.stack in (select id from ${table})`);
  });
  selection.labels.forEach(([label, value], index) => {
    parameters[`label${index}`] = label;
    parameters[`value${index}`] = value;
    conditions.push(`it.labels in (select labels from label where name = $label${index} and value = $value${index})`);
  });
  if (traceId !== undefined) {
    parameters.trace = traceId;
    conditions.push('it.trace = $trace');
  }
  return {
    profiles,
    tables: tables.join(',\n'),
    parameters,
    condition: conditions.length === 0 ? 'true' : conditions.join(' and '),
    isAll: conditions.length === 0,
    source: traceId === undefined ? 'cell as it' : SAMPLES_OF_TRACE,
    samples: traceId === undefined ? 'sample as it' : SAMPLES_OF_TRACE,
  };
}

/** Values of two units have no sum: of a type, those in the unit that most have, as {@link typeOf} chooses it. */
const UNIT_OF_TYPE = 'select unit from series where type = $type group by unit order by count(*) desc, unit limit 1';

/**
 * Of each process and thread (a series) the profiles that lie in the range by half at least, or it in them. A mean is that of each slot, which
 * is a series or some that came one after another, and the sum of those. Profiles weigh what they last, so one of a moment next to nothing beside
 * one of an interval; what a profile was split into for its size counts as one, by its time.
 */
function chosenProfiles(database: DatabaseSync, { service, from, to }: Selection, type: string): SqlPart {
  const found = {
    tables: `found as materialized (
    select profile.id, profile.series, profile.start, profile.end, profile.total
    from profile join series on series.id = profile.series join resource on resource.id = series.resource
    where series.type = $type and series.unit = (${UNIT_OF_TYPE}) and profile.end >= $from and profile.start < $to
      and 2 * (min(profile.end, $to) - max(profile.start, $from)) >= min(profile.end - profile.start, $to - $from)
      ${service === undefined ? '' : 'and resource.service = $service'}
  )`,
    parameters: { type, from, to, ...(service !== undefined && { service }) },
  };
  if (!isMeanType(type)) {
    const tables = `${found.tables},
  chosen as materialized (select found.*, series as slot, 1.0 as weight from found)`;
    return { ...found, tables };
  }
  return {
    tables: `${found.tables},
  slots (series, slot) as materialized (select value ->> 0, value ->> 1 from json_each($slots)),
  weighed (slot, length) as materialized (
    select slot, sum(length)
    from (select distinct slot, start, end, max(end - start, 1) as length from found join slots using (series)) group by slot
  ),
  chosen as materialized (
    select found.*, slot, max(end - start, 1) * 1.0 / weighed.length as weight
    from found join slots using (series) join weighed using (slot)
  )`,
    parameters: { ...found.parameters, slots: slotsOf(database, found) },
  };
}

/** Stacks that end with what is asked for, one query for each filter; those that they call come on top. */
function stackQueries({ frames, texts }: Selection, parameters: Parameters): string[] {
  const ofFrames = frames.map((frame, index) => {
    parameters[`frame${index}`] = frame.name;
    parameters[`file${index}`] = frame.file;
    return `select stack.id from stack join frame on frame.id = stack.frame
      where frame.function = $frame${index} and frame.file = $file${index}`;
  });
  const ofTexts = texts.map((text, index) => {
    parameters[`text${index}`] = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    return `select stack.id from stack join frame on frame.id = stack.frame
      where frame.function like $text${index} escape '\\' or frame.file like $text${index} escape '\\'`;
  });
  return [...ofFrames, ...ofTexts];
}

/** The type that is asked for, or the one that says most. */
export function typeOf(database: DatabaseSync, { type }: Selection): { type: string; unit: string } | undefined {
  const rows = database
    .prepare('select type, unit, count(*) as n from series group by type, unit order by n desc, unit')
    .all();
  const types = rows.map((row) => ({ type: String(row.type), unit: String(row.unit) }));
  if (type !== undefined) return types.find((one) => one.type === type) ?? { type, unit: '' };
  return types.find((one) => one.type === 'tasks') ?? types[0];
}
