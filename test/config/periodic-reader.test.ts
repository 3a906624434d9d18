import assert from 'node:assert/strict';
import { periodicReaderConfig } from '../../src/config/periodic-reader.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';

describe('periodicReaderConfig', () => {
  let diagLines: DiagLines;
  beforeEach(() => (diagLines = recordDiag()));
  afterEach(() => diagLines.stop());

  it('exports every ten seconds, within that time', () => {
    assert.deepEqual(periodicReaderConfig(), { exportIntervalMillis: 10_000, exportTimeoutMillis: 10_000 });
    assert.deepEqual(diagLines.lines, []);
  });

  it('waits 30 seconds where the interval is longer', () => {
    assert.equal(periodicReaderConfig({ exportIntervalMillis: 60_000 }).exportTimeoutMillis, 30_000);
  });

  it('cuts a timeout to the default interval, and says so', () => {
    assert.equal(periodicReaderConfig({ exportTimeoutMillis: 20_000 }).exportTimeoutMillis, 10_000);
    assert.match(diagLines.lines.join(), /^info .*exportTimeoutMillis 20000/);
  });

  it('throws for a timeout longer than the interval where both are given', () => {
    assert.throws(() => periodicReaderConfig({ exportIntervalMillis: 100, exportTimeoutMillis: 101 }), {
      name: 'InvalidOptionError',
      message: 'exportTimeoutMillis must be at most exportIntervalMillis (100), got 101',
    });
    const equal = { exportIntervalMillis: 100, exportTimeoutMillis: 100 };
    assert.deepEqual(periodicReaderConfig(equal), equal);
  });

  for (const option of ['exportIntervalMillis', 'exportTimeoutMillis']) {
    for (const value of [0, -1, NaN, Infinity, 2 ** 31, '10', null]) {
      it(`throws for ${option}: ${JSON.stringify(value)}`, () => {
        assert.throws(() => periodicReaderConfig({ [option]: value }), { name: 'InvalidOptionError', option, value });
      });
    }
  }
});
