import assert from 'node:assert/strict';
import { TaskLabels } from '../../src/base/task-labels.ts';
import type { SpanReference } from '../../src/base/types.ts';
import type { CpuInterval, CpuStretch } from '../../src/cpu/cpu-interval.ts';
import type { CpuRow } from '../../src/cpu/cpu-tally.ts';
import { PLAIN_VIEW, type StackView } from '../../src/frames/stack-view.ts';
import { buildCpuProfile } from '../../src/profile/build-cpu.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { type CpuSnapshot, cutCpuInterval, endCpuInterval, filterCpu } from '../../src/snapshot/cpu-snapshot.ts';
import { frame } from '../support/profiles-data.ts';

const HANDLE = [frame('handle')];
const PARSE = [frame('parse'), ...HANDLE];
const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const GOLD = new TaskLabels([['tier', 'gold']]);

function row(stackNumber: number, hits: number, labels = TaskLabels.none, span?: SpanReference): CpuRow {
  return { stackNumber, stack: stackNumber === 1 ? HANDLE : PARSE, context: { span, labels }, hits };
}

/** Of half a second, of which it computed 60 ms, at 100 samples a second. */
function snapshotOf(changes: Partial<CpuStretch>, view = PLAIN_VIEW): CpuSnapshot {
  const stretch = {
    ...{ startedAt: 1_000, endedAt: 1_500, hits: 6, idleHits: 34 },
    ...{ cpuNanos: 60e6, otherThreadsNanos: 0, rows: [row(1, 4), row(2, 2)] },
    ...changes,
  };
  const interval = { cut: () => stretch, end: () => assert.fail('is cut'), samplingFrequencyHz: 100 };
  return cutCpuInterval(interval as unknown as CpuInterval, view);
}

const shown = ({ samples }: CpuSnapshot): unknown[] =>
  samples.map(({ stack, cpuNanos }) => [stack[0]!.functionName, cpuNanos]);

describe('the snapshot of an interval of the CPU', () => {
  it('shares the CPU time that is measured among the samples, most first', () => {
    const snapshot = snapshotOf({ rows: [row(2, 2), row(1, 4)] });
    assert.deepEqual(shown(snapshot), [
      ['handle', 40e6],
      ['parse', 20e6],
    ]);
    const [handle] = snapshot.samples;
    assert.equal(handle!.standardError, 2 * 10e6);
    assert.ok(!('span' in handle!));
    const { totalCpuNanos, threadCpuNanos, durationNano, hits, samplingFrequencyHz } = snapshot;
    assert.deepEqual(
      [totalCpuNanos, threadCpuNanos, durationNano, hits, samplingFrequencyHz],
      [60e6, 60e6, 500_000_000n, 6, 100],
    );
  });

  it('counts a period for each sample where the system does not tell the CPU time', () => {
    const snapshot = snapshotOf({ cpuNanos: 0 });
    assert.deepEqual(shown(snapshot), [
      ['handle', 40e6],
      ['parse', 20e6],
    ]);
    assert.equal(snapshot.threadCpuNanos, 60e6);
    assert.equal(snapshotOf({ cpuNanos: 30e6 }).samples[0]!.cpuNanos, 20e6);
  });

  it('tells how long there was something to run, by the share of samples that found it', () => {
    assert.equal(snapshotOf({}).runningNanos, (500e6 * 6) / 40);
    assert.equal(snapshotOf({ hits: 0, rows: [] }).runningNanos, 60e6);
  });

  it('has CPU time that no sample met as not sampled, and that of other threads as theirs', () => {
    const snapshot = snapshotOf({ hits: 0, rows: [], otherThreadsNanos: 7e6 });
    assert.deepEqual(shown(snapshot), [
      ['(not sampled)', 60e6],
      ['(threads without JavaScript)', 7e6],
    ]);
    assert.deepEqual(snapshot.samples[0], {
      stack: [{ functionName: '(not sampled)', file: '', line: 0, column: 0 }],
      ...{ cpuNanos: 60e6, standardError: 0, labels: {} },
    });
    assert.equal(snapshot.totalCpuNanos, 67e6);
    assert.equal(snapshot.threadCpuNanos, 60e6);
    assert.deepEqual(snapshotOf({ hits: 0, cpuNanos: 0, rows: [] }).samples, []);
  });

  it('has rows apart by stack, labels and span, and adds up those that look alike', () => {
    const rows = [row(1, 1), row(1, 2, GOLD), row(1, 3, GOLD, SPAN), row(1, 4), row(2, 5)];
    const other = { ...SPAN, spanId: '00f067aa0ba902b7' };
    const samples = snapshotOf({ hits: 15, cpuNanos: 15, rows: [...rows, row(1, 6, GOLD, other)] }).samples;
    assert.deepEqual(
      samples.map(({ stack, labels, span, cpuNanos }) => [stack.length, labels, span?.spanId, cpuNanos]),
      [
        [1, { tier: 'gold' }, other.spanId, 6],
        [1, {}, undefined, 5],
        [2, {}, undefined, 5],
        [1, { tier: 'gold' }, SPAN.spanId, 3],
        [1, { tier: 'gold' }, undefined, 2],
      ],
    );
    assert.equal(new Set(samples.map(({ stack }) => stack)).size, 2);
    const view: StackView = { ...PLAIN_VIEW, stack: () => ({ frames: HANDLE, pivot: 0 }), labels: () => GOLD };
    const [only, ...others] = snapshotOf({}, view).samples;
    assert.deepEqual([only!.labels, only!.cpuNanos, others], [{ tier: 'gold' }, 60e6, []]);
  });

  it('shows stacks without a pivot: what others are told apart by', () => {
    const pivots: number[] = [];
    const stack: StackView['stack'] = (frames, pivot) => (pivots.push(pivot), { frames, pivot });
    snapshotOf({}, { ...PLAIN_VIEW, stack });
    assert.deepEqual(pivots, [HANDLE.length, PARSE.length]);
  });

  it('lasts a nanosecond at the least, and ends for good where that is asked for', () => {
    const interval = { end: () => ({ rows: [], startedAt: 5, endedAt: 5, hits: 0, cpuNanos: 0 }) };
    const snapshot = endCpuInterval(interval as unknown as CpuInterval, PLAIN_VIEW);
    assert.equal(snapshot.durationNano, 1n);
    assert.deepEqual([snapshot.samples, snapshot.totalCpuNanos], [[], 0]);
  });

  it('is filtered with its total, and with what was measured as it was', () => {
    const filtered = filterCpu(snapshotOf({}), ({ stack }) => stack.length === 2);
    assert.deepEqual(shown(filtered), [['parse', 20e6]]);
    assert.deepEqual([filtered.totalCpuNanos, filtered.threadCpuNanos], [20e6, 60e6]);
  });

  it('is a cpu/nanoseconds profile of whole numbers', () => {
    const rows = [row(1, 4, GOLD, SPAN), row(2, 2)];
    const snapshot = snapshotOf({ cpuNanos: 10, rows, otherThreadsNanos: 1 });
    const profile = buildCpuProfile(snapshot);
    checkProfile(profile);
    const { timeUnixNano, durationNano, ...rest } = profile;
    assert.deepEqual([timeUnixNano, durationNano], [snapshot.startTimeUnixNano, 500_000_000n]);
    assert.deepEqual(rest, {
      sampleType: { type: 'cpu', unit: 'nanoseconds' },
      periodType: { type: 'cpu', unit: 'nanoseconds' },
      period: 10_000_000,
      attributes: {
        'taskprof.view': 'sum',
        'taskprof.cpu': 11,
        'taskprof.cpu.thread': 10,
        'taskprof.cpu.running': 75e6,
        'taskprof.cpu.hits': 6,
        'taskprof.sample.standard_error': [3, 2, 0],
      },
      samples: [
        { stack: HANDLE, attributes: { tier: 'gold' }, link: SPAN, value: 7 },
        { stack: PARSE, attributes: {}, value: 3 },
        { stack: snapshot.samples[2]!.stack, attributes: {}, value: 1 },
      ],
    });
  });
});
