import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { SpansData } from '../encode/otlp-traces-import.ts';
import type { ProfilesData } from '../profile/model.ts';
import { Growth } from './limits.ts';
import { ProfileWriter } from './profile-writer.ts';
import { loadSqlite } from './quiet-sqlite.ts';
import { ResourceWriter } from './resource-writer.ts';
import { type RetentionLimits, Retention } from './retention.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { SpanWriter } from './span-writer.ts';

const SQLITE_BUSY = 5;
const IN_MEMORY = ':memory:';

export interface StoreOptions extends RetentionLimits {
  /** Of the database; in memory without one. */
  readonly file?: string;
}

/** A file is no store, or one of another version. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
}

/** Received profiles and spans in SQL. Each message is one transaction: all of it is there, or nothing. */
export class Store {
  readonly database: DatabaseSync;
  readonly #resources: ResourceWriter;
  readonly #profiles: ProfileWriter;
  readonly #spans: SpanWriter;
  readonly #retention: Retention;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #revision = 0;

  /** Throws a {@link StoreFileError}. */
  constructor({ file, ...limits }: StoreOptions) {
    this.database = open(file ?? IN_MEMORY);
    this.#resources = new ResourceWriter(this.database);
    this.#profiles = new ProfileWriter(this.database, this.#resources);
    this.#spans = new SpanWriter(this.database, this.#resources);
    this.#retention = new Retention(this.database, limits);
    const { checkMillis } = this.#retention;
    if (checkMillis !== Infinity) this.#timer = setInterval(() => this.#expire(), checkMillis).unref();
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  get usedBytes(): number {
    return this.#retention.usedBytes;
  }

  /** Calls `listener` after every change, until what it gives back is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `now`, in microseconds, is when they are received, and the time of what has none. */
  addProfiles(messages: readonly ProfilesData[], now = Date.now() * 1e3): void {
    const growth = new Growth();
    this.#write(() => messages.forEach((message) => this.#profiles.write(message, now, growth)));
  }

  addSpans(messages: readonly SpansData[], now = Date.now() * 1e3): void {
    const growth = new Growth();
    this.#write(() => messages.forEach((message) => this.#spans.write(message, now, growth)));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
    this.database.close();
  }

  #write(insert: () => void): void {
    try {
      inTransaction(this.database, insert);
    } catch (thrown) {
      // Ids of rows that were taken back.
      this.#forget();
      throw thrown;
    }
    this.#forgetIf(this.#retention.enforce(this.#transaction));
    this.#changed();
  }

  /** What becomes too old goes while nothing is received, too. */
  #expire(): void {
    try {
      if (this.#forgetIf(this.#retention.expire(this.#transaction))) this.#changed();
    } catch {
      // Such as a full disk: whoever writes next is told.
    }
  }

  readonly #transaction = (remove: () => void): void => inTransaction(this.database, remove);

  #forgetIf(hasRemoved: boolean): boolean {
    if (hasRemoved) this.#forget();
    return hasRemoved;
  }

  #changed(): void {
    this.#revision++;
    for (const listener of this.#listeners) listener();
  }

  #forget(): void {
    this.#resources.forget();
    this.#profiles.forget();
  }
}

function inTransaction(database: DatabaseSync, run: () => void): void {
  database.exec('begin immediate');
  try {
    run();
    database.exec('commit');
  } catch (thrown) {
    rollBack(database);
    throw thrown;
  }
}

/** Some errors have done so already. Whether they have, `isTransaction` tells only from Node 22.16 on. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {
    // There is no transaction any more.
  }
}

function open(file: string): DatabaseSync {
  const { DatabaseSync: Database } = loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    // For its owner alone, as those that SQLite puts beside it: labels and spans may be of somebody.
    if (file !== IN_MEMORY) closeSync(openSync(file, 'a', 0o600));
    database = new Database(file);
    // What was received last may be lost with the machine's power, no more. Ids are remembered: there may be one writer.
    database.exec(
      'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal; pragma temp_store = memory; pragma cache_size = -65536',
    );
    const version = Number(database.prepare('pragma user_version').get()!.user_version);
    const tables = Number(database.prepare('select count(*) as n from sqlite_schema').get()!.n);
    if (version !== SCHEMA_VERSION && tables > 0) {
      throw new StoreFileError(
        tables > 0 && version === 0 ? 'it is a database of something else' : `it is of version ${version}`,
      );
    }
    database.exec(`${SCHEMA}; pragma user_version = ${SCHEMA_VERSION}`);
    return database;
  } catch (thrown) {
    database?.close();
    if (thrown instanceof StoreFileError) throw thrown;
    if ((thrown as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new StoreFileError('it is in use already, by another viewer as it seems', { cause: thrown });
    }
    throw new StoreFileError((thrown as Error).message, { cause: thrown });
  }
}
