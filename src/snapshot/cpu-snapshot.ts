import { nanosOf, unixNanoOf } from '../base/clock.ts';
import type { Labels, SpanReference, StackFrame } from '../base/types.ts';
import type { CpuInterval, CpuStretch } from '../cpu/cpu-interval.ts';
import type { CpuRow } from '../cpu/cpu-tally.ts';
import type { StackView } from '../frames/stack-view.ts';
import { ShownStacks, type StackOwner } from './shown-stacks.ts';

/** The CPU time of one {stack, labels, span}. */
export interface CpuSample {
  /** Leaf first; positions are where a function begins. Equal stacks of one snapshot are the same object. */
  readonly stack: readonly StackFrame[];
  /** Estimated nanoseconds. */
  readonly cpuNanos: number;
  /** Standard error of `cpuNanos`; 0 where it is measured. */
  readonly standardError: number;
  /** Those of the context that ran. */
  readonly labels: Labels;
  /** The span that was active. */
  readonly span?: SpanReference;
}

/** Where a thread computed in an interval. Immutable. */
export interface CpuSnapshot {
  /** Nanoseconds since 1970. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds. */
  readonly durationNano: bigint;
  /** Nanoseconds of all samples: of this thread, and in the main thread of those without JavaScript. */
  readonly totalCpuNanos: number;
  /** Nanoseconds that this thread had a core, as measured. */
  readonly threadCpuNanos: number;
  /** Nanoseconds by the clock in which it had something to run: what is more than the above it had no core for. */
  readonly runningNanos: number;
  /** Most CPU time first. */
  readonly samples: readonly CpuSample[];
  /** Samples a second that were asked for. */
  readonly samplingFrequencyHz: number;
  /** How often something was found running. */
  readonly hits: number;
}

const OTHER_THREADS: readonly StackFrame[] = Object.freeze([nameOnly('(threads without JavaScript)')]);
const NOT_SAMPLED: readonly StackFrame[] = Object.freeze([nameOnly('(not sampled)')]);
const NO_LABELS: Labels = Object.freeze({});

/** Ends the interval, and begins it anew. `view`: how stacks and labels are shown. */
export function cutCpuInterval(interval: CpuInterval, view: StackView): CpuSnapshot {
  return cpuSnapshotOf(interval.cut(), interval.samplingFrequencyHz, view);
}

/** Ends the interval for good. */
export function endCpuInterval(interval: CpuInterval, view: StackView): CpuSnapshot {
  return cpuSnapshotOf(interval.end(), interval.samplingFrequencyHz, view);
}

/**
 * Samples come by the clock, and say where the thread was; how much CPU time it had is measured. Each sample that found something
 * running stands for the same part of that: so it is right as well where others had the core meanwhile, and in sum.
 */
function cpuSnapshotOf(stretch: CpuStretch, samplingFrequencyHz: number, view: StackView): CpuSnapshot {
  const { startedAt, endedAt, hits, idleHits, cpuNanos, otherThreadsNanos, rows } = stretch;
  const nanosPerHit = cpuNanos > 0 && hits > 0 ? cpuNanos / hits : 1e9 / samplingFrequencyHz;
  const samples = shownRows(rows, view).map(({ stack, labels, span, hits: ofRow }): CpuSample =>
    Object.freeze({
      stack,
      cpuNanos: ofRow * nanosPerHit,
      standardError: Math.sqrt(ofRow) * nanosPerHit,
      labels,
      ...(span === undefined ? {} : { span }),
    }),
  );
  if (hits === 0 && cpuNanos > 0) samples.push(measured(NOT_SAMPLED, cpuNanos));
  if (otherThreadsNanos > 0) samples.push(measured(OTHER_THREADS, otherThreadsNanos));
  return Object.freeze({
    startTimeUnixNano: unixNanoOf(startedAt),
    durationNano: nanosOf(Math.max(endedAt - startedAt, 1e-6)),
    totalCpuNanos: totalOf(samples),
    threadCpuNanos: cpuNanos > 0 ? cpuNanos : hits * nanosPerHit,
    runningNanos: hits === 0 ? cpuNanos : ((endedAt - startedAt) * 1e6 * hits) / (hits + idleHits),
    samples: Object.freeze(samples.sort((a, b) => b.cpuNanos - a.cpuNanos)),
    samplingFrequencyHz,
    hits,
  });
}

interface ShownRow extends Pick<CpuSample, 'stack' | 'labels'> {
  readonly span: SpanReference | undefined;
  hits: number;
}

/** Stacks that look alike when they are shown are one row. */
function shownRows(rows: readonly CpuRow[], view: StackView): ShownRow[] {
  const stacks = new ShownStacks(view, ({ row }: StackOwner & { readonly row: CpuRow }) => row.stack);
  const shown = new Map<string, ShownRow>();
  for (const row of rows) {
    const { span, labels: own } = row.context;
    const labels = view.labels(own);
    const operationFrames = row.stack.length;
    const { stack, stackNumber } = stacks.of({ row, stack: row.stackNumber, operationFrames });
    const key = `${stackNumber} ${span === undefined ? '' : span.traceId + span.spanId} ${labels.key}`;
    const known = shown.get(key);
    if (known === undefined) shown.set(key, { stack, labels: labels.values, span, hits: row.hits });
    else known.hits += row.hits;
  }
  return [...shown.values()];
}

/** What of a snapshot is wanted. */
export function filterCpu(snapshot: CpuSnapshot, isWanted: (sample: CpuSample) => boolean): CpuSnapshot {
  const samples = snapshot.samples.filter(isWanted);
  return Object.freeze({ ...snapshot, samples: Object.freeze(samples), totalCpuNanos: totalOf(samples) });
}

function totalOf(samples: readonly CpuSample[]): number {
  return samples.reduce((sum, { cpuNanos }) => sum + cpuNanos, 0);
}

function measured(stack: readonly StackFrame[], cpuNanos: number): CpuSample {
  return Object.freeze({ stack, cpuNanos, standardError: 0, labels: NO_LABELS });
}

function nameOnly(functionName: string): StackFrame {
  return Object.freeze({ functionName, file: '', line: 0, column: 0 });
}
