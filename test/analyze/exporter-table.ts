import { isLocation } from '../../src/profile/location.ts';
import type { AttributesWithUnits, ProfilesData, StackEntry } from '../../src/profile/model.ts';
import type { ClickHouseEngine } from './clickhouse-engine.ts';

// What the Collector's ClickHouse exporter (v0.165) makes of profiles: its table, and a row for each sample.

export const TABLE = 'otel.otel_profiles';

const COLUMNS = `
  Timestamp DateTime64(9), ProfileId String, SampleType LowCardinality(String), SampleUnit LowCardinality(String),
  ServiceName LowCardinality(String), ResourceAttributes Map(LowCardinality(String), String), ScopeName String, ScopeVersion String,
  ProfileAttributes Map(LowCardinality(String), String), SampleAttributes Map(LowCardinality(String), String), StackHash UInt64,
  Addresses Array(UInt64), FunctionNames Array(LowCardinality(String)), FileNames Array(LowCardinality(String)),
  LineNumbers Array(Int32), MappingFileNames Array(LowCardinality(String)), Values Array(Int64), TimestampsUnixNano Array(UInt64),
  DurationNano UInt64, Period Int64, PeriodType LowCardinality(String), PeriodUnit LowCardinality(String), TraceId String, SpanId String,
  INDEX idx_function_names FunctionNames TYPE text(tokenizer = 'splitByNonAlpha')`;

export async function createTable(engine: ClickHouseEngine): Promise<void> {
  await engine.run('CREATE DATABASE IF NOT EXISTS otel ENGINE = Atomic');
  await engine.run(
    `CREATE TABLE ${TABLE} (${COLUMNS}) ENGINE = MergeTree() PARTITION BY toDate(Timestamp)
    ORDER BY (ServiceName, SampleType, toDateTime(Timestamp))`,
  );
}

export async function insert(engine: ClickHouseEngine, messages: readonly ProfilesData[]): Promise<void> {
  const rows = messages.flatMap(rowsOf);
  for (let from = 0; from < rows.length; from += 1_000) {
    const some = rows.slice(from, from + 1_000).map((row) => JSON.stringify(row));
    await engine.run(`INSERT INTO ${TABLE} FORMAT JSONEachRow ${some.join('\n')}`);
  }
}

function rowsOf({ resource, scope, profiles }: ProfilesData): object[] {
  return profiles.flatMap((profile) =>
    profile.samples.map(({ stack, attributes, link, value }) => {
      const frames = stack.flatMap(framesOf);
      return {
        Timestamp: `${profile.timeUnixNano / 1_000_000_000n}.${String(profile.timeUnixNano % 1_000_000_000n).padStart(9, '0')}`,
        SampleType: profile.sampleType.type,
        SampleUnit: profile.sampleType.unit,
        ServiceName: resource.attributes['service.name'] ?? '',
        ResourceAttributes: texts(resource.attributes),
        ScopeName: scope.name,
        ScopeVersion: scope.version,
        ProfileAttributes: texts(profile.attributes),
        SampleAttributes: texts(attributes),
        Addresses: frames.map(({ address }) => String(address)),
        FunctionNames: frames.map(({ functionName }) => functionName),
        FileNames: frames.map(({ file }) => file),
        LineNumbers: frames.map(({ line }) => line),
        MappingFileNames: frames.map(({ mapping }) => mapping),
        Values: [String(value)],
        DurationNano: String(profile.durationNano),
        Period: String(profile.period),
        TraceId: link?.traceId ?? '',
        SpanId: link?.spanId ?? '',
      };
    }),
  );
}

interface ExportedFrame {
  readonly functionName: string;
  readonly file: string;
  readonly line: number;
  readonly address: bigint;
  readonly mapping: string;
}

function framesOf(entry: StackEntry): ExportedFrame[] {
  if (!isLocation(entry)) return [{ ...entry, address: 0n, mapping: '' }];
  const { lines, address, mapping } = entry;
  const rest = { address, mapping: mapping?.file ?? '' };
  if (lines.length === 0) return [{ functionName: '', file: '', line: 0, ...rest }];
  return lines.map(({ functionName, file, line }) => ({ functionName, file, line, ...rest }));
}

/** The Collector's texts of values; what tests have of them. */
function texts(attributes: AttributesWithUnits): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}
