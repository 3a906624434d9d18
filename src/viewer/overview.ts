import type { Overview } from './page-data.ts';
import type { Store } from './store.ts';

/** What there is, and what may be chosen. */
export function overviewOf(store: Store, about: Pick<Overview, 'receivers' | 'maxBytes'>): Overview {
  const { database } = store;
  const types = database
    .prepare(
      `select type, unit, sum((select count(*) from profile where profile.series = series.id)) as profiles from series
       group by type, unit order by type != 'tasks', type`,
    )
    .all();
  const services = database
    .prepare('select distinct service from resource join series on series.resource = resource.id order by service')
    .all();
  const range = database
    .prepare('select min(start) as start, max(end) as end, count(*) as profiles from profile')
    .get()!;
  const traces = database.prepare('select count(*) as n from trace').get()!;
  return {
    revision: store.revision,
    services: services.map(({ service }) => String(service)),
    types: types.map(({ type, unit, profiles }) => ({
      type: String(type),
      unit: String(unit),
      profiles: Number(profiles),
    })),
    ...(range.start !== null && { start: Number(range.start), end: Number(range.end) }),
    profiles: Number(range.profiles),
    traces: Number(traces.n),
    usedBytes: store.usedBytes,
    ...about,
  };
}
