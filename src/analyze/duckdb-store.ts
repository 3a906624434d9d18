import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import type * as DuckDbModule from '@duckdb/node-api';
import { toError } from '../base/errors.ts';
import { AnalyzeError } from './analyze-error.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { DUCKDB_RELATIONS } from './duckdb-relations.ts';
import { FINAL_TABLES, WRITTEN_TABLES, type WrittenTable } from './duckdb-tables.ts';
import type { FleetDatabase, Parameter, Parameters, Row } from './fleet-database.ts';
import type { ProfileBatch } from './profile-batch.ts';

type DuckDb = typeof DuckDbModule;

const INSTALL = 'npm install @duckdb/node-api';

export interface DuckDbOptions {
  /** What DuckDB may take before it writes to the disk. Default: 384 MB. */
  readonly memoryBytes?: number;
}

/**
 * Profiles in DuckDB, in a folder of their own below the system's for temporary files, which is gone at the end, whatever ends the
 * process but SIGKILL. Memory is bounded by `memoryBytes`; what does not fit goes to that folder.
 */
export class DuckDbStore implements FleetDatabase {
  readonly relations = DUCKDB_RELATIONS;
  readonly #folder: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #writers: Readonly<Record<WrittenTable, ChunkWriter>>;
  readonly #appenders: readonly DuckDBAppender[];
  readonly #types = new Map<string, number>();
  readonly #removeFolder: () => void;

  private constructor(
    folder: string,
    removeFolder: () => void,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    duckDb: DuckDb,
    appenders: Readonly<Record<WrittenTable, DuckDBAppender>>,
  ) {
    this.#folder = folder;
    this.#removeFolder = removeFolder;
    this.#instance = instance;
    this.#connection = connection;
    this.#appenders = Object.values(appenders);
    const writers = Object.entries(appenders).map(([name, appender]) => [name, new ChunkWriter(duckDb, appender)]);
    this.#writers = Object.fromEntries(writers) as Record<WrittenTable, ChunkWriter>;
  }

  /** Throws an {@link AnalyzeError} where the package is missing, or there is no place for it, as all methods do for a fault. */
  static async open({ memoryBytes = 384e6 }: DuckDbOptions = {}): Promise<DuckDbStore> {
    const duckDb = await loadDuckDb();
    try {
      return await DuckDbStore.#create(duckDb, memoryBytes);
    } catch (thrown) {
      throw faultOf(thrown);
    }
  }

  static async #create(duckDb: DuckDb, memoryBytes: number): Promise<DuckDbStore> {
    const folder = mkdtempSync(join(tmpdir(), 'taskprof-'));
    const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
    process.on('exit', removeFolder);
    const instance = await duckDb.DuckDBInstance.create(join(folder, 'profiles.duckdb'), {
      memory_limit: `${Math.round(memoryBytes / 1e6)}MB`,
      temp_directory: folder,
      preserve_insertion_order: 'false',
    });
    const connection = await instance.connect();
    const appenders: Partial<Record<WrittenTable, DuckDBAppender>> = {};
    for (const [name, columns] of Object.entries(WRITTEN_TABLES)) {
      await connection.run(`CREATE TABLE ${name} (${columns.join(', ')})`);
      appenders[name as WrittenTable] = await connection.createAppender(name);
    }
    return new DuckDbStore(
      folder,
      removeFolder,
      instance,
      connection,
      duckDb,
      appenders as Record<WrittenTable, DuckDBAppender>,
    );
  }

  /** Where it keeps what does not fit into memory. */
  get folder(): string {
    return this.#folder;
  }

  add(batch: ProfileBatch): void {
    try {
      this.#write(batch);
    } catch (thrown) {
      throw faultOf(thrown);
    }
  }

  #write({ profiles, frames, labelSets, stackFrames, samples }: ProfileBatch): void {
    const { written_profiles, written_resources, written_labels, written_frames, written_stack_frames } = this.#writers;
    this.#writers.samples.addColumns([samples.profile, samples.stack, samples.labels, samples.value]);
    written_stack_frames.addColumns([stackFrames.stack, stackFrames.position, stackFrames.frame]);
    for (const { id, timeUnixNano, unit, attributes, file } of profiles) {
      written_profiles.addRow([id, timeUnixNano, unit, JSON.stringify(Object.fromEntries(attributes)), file]);
      for (const [name, text] of attributes) written_resources.addRow([id, name, text]);
    }
    for (const { id, frame } of frames) written_frames.addRow([id, frame.functionName, frame.file, frame.line]);
    for (const { id, attributes } of labelSets) {
      for (const [name, text] of attributes) written_labels.addRow([id, name, text]);
    }
  }

  countTypes(counts: ReadonlyMap<string, number>): void {
    for (const [type, count] of counts) this.#types.set(type, (this.#types.get(type) ?? 0) + count);
  }

  typeCounts(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(this.#types);
  }

  /** Ends the writing; questions can be asked from then on. */
  async finish(): Promise<void> {
    try {
      for (const writer of Object.values(this.#writers)) writer.flush();
      for (const appender of this.#appenders) appender.closeSync();
      for (const table of FINAL_TABLES) {
        await this.#connection.run(`CREATE TABLE ${table} AS SELECT DISTINCT * FROM written_${table}`);
        await this.#connection.run(`DROP TABLE written_${table}`);
      }
    } catch (thrown) {
      throw faultOf(thrown);
    }
  }

  async *rows(sql: string, parameters: Parameters = {}): AsyncIterable<Row> {
    try {
      const result = await this.#connection.stream(sql, duckDbValues(sql, parameters, (await loadDuckDb()).listValue));
      for await (const rows of result.yieldRowObjects()) yield* rows as Row[];
    } catch (thrown) {
      throw faultOf(thrown);
    }
  }

  close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    process.off('exit', this.#removeFolder);
    this.#removeFolder();
    return Promise.resolve();
  }
}

/** Of the parameters that the question has: DuckDB refuses others. */
function duckDbValues(sql: string, parameters: Parameters, list: DuckDb['listValue']): Record<string, DuckDBValue> {
  const names = new Set(sql.match(/(?<=\$)\w+/g));
  const value = ({ type, value: given }: Parameter): DuckDBValue => (type === 'ids' ? list([...given]) : given);
  const used = Object.entries(parameters).filter(([name]) => names.has(name));
  return Object.fromEntries(used.map(([name, parameter]) => [name, value(parameter)]));
}

async function loadDuckDb(): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch (thrown) {
    const { message } = toError(thrown);
    throw new AnalyzeError(
      `questions over files need the package @duckdb/node-api, which does not load: ${firstLine(message)}; install it with: ${INSTALL}`,
      { cause: thrown },
    );
  }
}

/** What DuckDB or the file system has against it. */
function faultOf(thrown: unknown): AnalyzeError {
  return new AnalyzeError(firstLine(toError(thrown).message), { cause: thrown });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
