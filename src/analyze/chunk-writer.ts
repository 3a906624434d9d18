import type { DuckDBAppender, DuckDBDataChunk, DuckDBValue, DuckDBType } from '@duckdb/node-api';
import type * as DuckDbModule from '@duckdb/node-api';

type DuckDb = typeof DuckDbModule;

/** Rows of one chunk; what DuckDB takes at most. */
const CHUNK_ROWS = 2_048;

/** Writes to one table in chunks: row by row costs a call into the engine for each value. */
export class ChunkWriter {
  readonly #duckDb: DuckDb;
  readonly #appender: DuckDBAppender;
  readonly #types: DuckDBType[];
  #rows: DuckDBValue[][] = [];

  constructor(duckDb: DuckDb, appender: DuckDBAppender) {
    this.#duckDb = duckDb;
    this.#appender = appender;
    this.#types = Array.from({ length: appender.columnCount }, (_, index) => appender.columnType(index));
  }

  addRow(row: DuckDBValue[]): void {
    if (this.#rows.push(row) === CHUNK_ROWS) this.flush();
  }

  /** Columns of equal length, all of numbers of 64 bits. */
  addColumns(columns: readonly BigInt64Array[]): void {
    const length = columns[0]?.length ?? 0;
    for (let from = 0; from < length; from += CHUNK_ROWS) {
      const chunk = this.#chunk(Math.min(CHUNK_ROWS, length - from));
      for (const [index, column] of columns.entries()) {
        const vector = chunk.getColumnVector(index);
        if (!(vector instanceof this.#duckDb.DuckDBBigIntVector)) throw new Error(`column ${index} is not BIGINT`);
        // A view of the vector's own memory, which flush() hands over.
        (vector as unknown as { readonly items: BigInt64Array }).items.set(
          column.subarray(from, from + chunk.rowCount),
        );
        vector.flush();
      }
      this.#appender.appendDataChunk(chunk);
    }
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    const chunk = this.#chunk(this.#rows.length);
    chunk.setRows(this.#rows);
    this.#appender.appendDataChunk(chunk);
    this.#rows = [];
  }

  #chunk(rows: number): DuckDBDataChunk {
    return this.#duckDb.DuckDBDataChunk.create(this.#types, rows);
  }
}
