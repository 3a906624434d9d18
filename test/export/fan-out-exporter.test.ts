import assert from 'node:assert/strict';
import type { ProfileExporter } from '../../src/export/exporter.ts';
import { FanOutProfileExporter } from '../../src/export/fan-out-exporter.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { profile, profilesData } from '../support/profiles-data.ts';
import { RecordingExporter } from '../support/recording-exporter.ts';

/** Lets everything run that does not wait for a timer. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const nth = (period: number): ProfilesData => profilesData(profile({ period }));
const periods = ({ exports }: RecordingExporter): unknown[] => exports.map(({ profiles }) => profiles[0]!.period);

describe('FanOutProfileExporter', () => {
  let diagLines: DiagLines;
  let quick: RecordingExporter;
  let slow: RecordingExporter;
  let fanOut: FanOutProfileExporter;

  beforeEach(() => {
    diagLines = recordDiag();
    quick = new RecordingExporter();
    slow = new RecordingExporter();
    fanOut = new FanOutProfileExporter([slow, quick]);
  });

  afterEach(() => diagLines.stop());

  it('gives the same data to each', async () => {
    const data = nth(1);
    assert.deepEqual(await fanOut.export(data), { status: 'success' });
    assert.equal(quick.exports[0], data);
    assert.equal(slow.exports[0], data);
  });

  it('does not hold the others where one hangs, and gives that one the rest in order when it is back', async () => {
    slow.held = true;
    for (const period of [1, 2, 3]) {
      assert.deepEqual(await fanOut.export(nth(period)), { status: 'success' });
      await settle();
    }
    assert.deepEqual(periods(quick), [1, 2, 3]);
    assert.deepEqual(periods(slow), [1]);
    slow.held = false;
    slow.release();
    await fanOut.forceFlush();
    assert.deepEqual(periods(slow), [1, 2, 3]);
  });

  it('lets four exports wait for one that hangs, then drops for that one only, and tells', async () => {
    slow.held = true;
    const outcomes = [];
    for (let period = 1; period <= 7; period++) {
      outcomes.push((await fanOut.export(nth(period))).status);
      await settle();
    }
    assert.deepEqual(outcomes, ['success', 'success', 'success', 'success', 'success', 'failure', 'failure']);
    assert.deepEqual(periods(quick), [1, 2, 3, 4, 5, 6, 7]);
    assert.equal(
      diagLines.lines.filter((line) => line.includes('RecordingExporter were dropped: 4 exports wait')).length,
      1,
    );
    slow.held = false;
    slow.release();
    await fanOut.forceFlush();
    assert.deepEqual(periods(slow), [1, 2, 3, 4, 5]);
  });

  it('goes on where one throws at everything, and tells', async () => {
    slow.fault = new Error('out of order');
    for (const period of [1, 2]) {
      await fanOut.export(nth(period));
      await settle();
    }
    await fanOut.forceFlush();
    await fanOut.shutdown();
    assert.deepEqual(periods(slow), [1, 2]);
    assert.deepEqual(quick.calls, ['export', 'export', 'flush', 'shutdown']);
    assert.equal(diagLines.lines.filter((line) => line.includes('out of order')).length, 1);
  });

  it('goes on where one throws at once instead of rejecting', async () => {
    const broken = {
      export: () => {
        throw new Error('broken');
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    } satisfies ProfileExporter;
    const both = new FanOutProfileExporter([broken, quick]);
    assert.deepEqual(await both.export(nth(1)), { status: 'success' });
    await both.forceFlush();
    assert.deepEqual(quick.calls, ['export', 'flush']);
    assert.match(diagLines.lines.join(), /an exporter: broken/);
  });

  it('waits with its flush for what is under way', async () => {
    slow.held = true;
    await fanOut.export(nth(1));
    let isFlushed = false;
    const flush = fanOut.forceFlush().then(() => (isFlushed = true));
    await settle();
    assert.equal(isFlushed, false);
    slow.release();
    await flush;
    assert.deepEqual(slow.calls, ['export', 'flush']);
  });

  it('shuts one down without waiting for another that hangs, and drops what comes later', async () => {
    slow.held = true;
    await fanOut.export(nth(1));
    const shutdown = fanOut.shutdown();
    await settle();
    assert.deepEqual(quick.calls, ['export', 'shutdown']);
    assert.equal((await fanOut.export(nth(2))).status, 'failure');
    assert.deepEqual(periods(quick), [1]);
    slow.release();
    await shutdown;
    assert.deepEqual(slow.calls, ['export', 'shutdown']);
  });

  it('tries what waits at the shutdown until one fails, and drops the rest, told', async () => {
    slow.held = true;
    for (let period = 1; period <= 4; period++) await fanOut.export(nth(period));
    const shutdown = fanOut.shutdown();
    slow.release();
    await settle();
    slow.fault = new Error('nobody answers');
    slow.release();
    await shutdown;
    assert.deepEqual(periods(slow), [1, 2]);
    assert.deepEqual(periods(quick), [1, 2, 3, 4]);
    assert.equal(slow.calls.at(-1), 'shutdown');
    assert.match(
      diagLines.lines.join(),
      /RecordingExporter were dropped: an export before it failed after the shutdown/,
    );
  });

  for (const exporters of [[{}], [undefined], [new RecordingExporter(), null]]) {
    it(`refuses ${JSON.stringify(exporters)}`, () => {
      assert.throws(() => new FanOutProfileExporter(exporters as never), { name: 'InvalidOptionError' });
    });
  }
});
