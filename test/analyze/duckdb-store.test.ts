import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnalyzeError } from '../../src/analyze/analyze-error.ts';
import { BatchBuilder } from '../../src/analyze/batch-builder.ts';
import { DuckDbStore } from '../../src/analyze/duckdb-store.ts';
import { decodeFile } from '../../src/cli/decode-file.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { profile, profilesData, sample } from '../support/profiles-data.ts';

const ROWS = 300_000;
/** Values without an order, which do not compress. */
const column = (): BigInt64Array<ArrayBuffer> =>
  BigInt64Array.from({ length: ROWS }, (_, index) => BigInt.asIntN(64, BigInt(index) * 0x9e3779b97f4a7c15n));

describe('profiles in DuckDB', () => {
  it('tell in one line what DuckDB has against writing, and against ending it', async () => {
    const store = await DuckDbStore.open({ memoryBytes: 1e6 });
    const isFault = (thrown: unknown): boolean =>
      thrown instanceof AnalyzeError && /could not allocate block of size [^\n]*$/.test(thrown.message);
    try {
      const stackFrames = { stack: column(), position: column(), frame: column() };
      const samples = { profile: column(), stack: column(), labels: column(), value: column() };
      const batch = { profiles: [], frames: [], labelSets: [], stackFrames, samples };
      assert.throws(() => store.add(batch), isFault);
      await assert.rejects(store.finish(), isFault);
    } finally {
      await store.close();
    }
  });

  it('are not taken for broken files where they can not be written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'duckdb-store-'));
    const path = join(folder, 'large.otlp.pb');
    const samples = Array.from({ length: 100_000 }, () => sample());
    writeFileSync(path, encodeOtlpProtobuf(profilesData(profile({ samples }))));
    const fault = new AnalyzeError('the disk is full');
    try {
      const write = (): void => {
        throw fault;
      };
      const builder = new BatchBuilder({ measure: 'tasks', resource: [] });
      await assert.rejects(decodeFile({ path, bytes: statSync(path).size }, builder, write), fault);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
