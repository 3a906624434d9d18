import { type ClickHouseAddress, clickHouseRows } from './clickhouse-http.ts';
import { clickHouseRelations, SELECTION_PARAMETERS, TABLE } from './clickhouse-relations.ts';
import {
  type FleetDatabase,
  numberOf,
  type Parameter,
  type Parameters,
  type Relations,
  type Row,
} from './fleet-database.ts';
import type { ProfileSelection } from './profile-selection.ts';

export interface ClickHouseTable {
  readonly database: string;
  /** As the exporter's `profiles_table_name`. */
  readonly table: string;
}

/** Profiles where the Collector's ClickHouse exporter put them. Nothing is written, nothing is set but compression. */
export class ClickHouseDatabase implements FleetDatabase {
  readonly relations: Relations;
  readonly #address: ClickHouseAddress;
  readonly #parameters: Parameters;

  constructor(address: ClickHouseAddress, { database, table }: ClickHouseTable, selection: ProfileSelection) {
    this.#address = address;
    this.#parameters = {
      ...parametersOf(selection),
      database: { type: 'name', value: database },
      table: { type: 'name', value: table },
    };
    this.relations = clickHouseRelations(selection);
  }

  rows(sql: string, parameters: Parameters = {}): AsyncIterable<Row> {
    return clickHouseRows(this.#address, sql, { ...this.#parameters, ...parameters });
  }

  async typeCounts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    const sql = `SELECT SampleType AS type, toString(uniq(ResourceAttributes, Timestamp)) AS profiles FROM ${TABLE} GROUP BY type`;
    for await (const { type, profiles } of this.rows(sql)) counts.set(String(type), numberOf(profiles));
    return counts;
  }
}

function parametersOf({ measure, since, until, resource }: ProfileSelection): Parameters {
  const { resourceName, resourceText } = SELECTION_PARAMETERS;
  const parameters: [string, Parameter][] = [['measure', { type: 'text', value: measure }]];
  if (since !== undefined) parameters.push(['since', { type: 'integer', value: since }]);
  if (until !== undefined) parameters.push(['until', { type: 'integer', value: until }]);
  for (const [index, [name, text]] of resource.entries()) {
    parameters.push([resourceName(index), { type: 'text', value: name }]);
    parameters.push([resourceText(index), { type: 'text', value: text }]);
  }
  return Object.fromEntries(parameters);
}
