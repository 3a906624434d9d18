import { printable } from '../base/errors.ts';
import type { LabelValue, Labels, SpanReference, StackFrame } from '../base/types.ts';
import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { LostTaskSnapshot } from '../snapshot/lost.ts';
import type { Consistency, TaskSample, TaskSnapshot } from '../snapshot/task-snapshot.ts';
import { CommandError } from './failure.ts';

/** Of now, of an interval, or of lost tasks. */
export type AnySnapshot = TaskSnapshot | IntervalSnapshot | LostTaskSnapshot;

type Json = Readonly<Record<string, unknown>>;

/** Whether parsed JSON is meant to be a snapshot, as the debug endpoint gives it with `format=json`. */
export function isSnapshotJson(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'totalTasks' in json && 'samples' in json;
}

/** A snapshot as JSON has it, with `timeUnixNano` as a string. Throws a {@link CommandError} that names the field. */
export function readSnapshotJson(json: unknown): AnySnapshot {
  const fields = objectAt(json, 'the snapshot');
  const snapshot = readSnapshot(fields);
  if (fields.durationNano === undefined) return snapshot;
  const span = { startTimeUnixNano: timeAt(fields.startTimeUnixNano), durationNano: timeAt(fields.durationNano) };
  return fields.lost === true ? { ...snapshot, ...span, lost: true } : asInterval(snapshot, span);
}

/** With what an interval has beside: waits follow from the mean and the length. */
function asInterval(
  snapshot: TaskSnapshot,
  span: Pick<IntervalSnapshot, 'startTimeUnixNano' | 'durationNano'>,
): IntervalSnapshot {
  const millis = Number(span.durationNano) / 1e6;
  return {
    ...snapshot,
    samples: snapshot.samples.map((sample) => ({ ...sample, waitMillis: sample.tasks * millis })),
    totalWaitMillis: snapshot.totalTasks * millis,
    ...span,
  };
}

function readSnapshot(snapshot: Json): TaskSnapshot {
  return {
    timeUnixNano: timeAt(snapshot.timeUnixNano),
    consistency: CONSISTENCIES.find((name) => name === snapshot.consistency) ?? 'moment',
    totalTasks: numberAt(snapshot.totalTasks, 'totalTasks'),
    totalStandardError: numberAt(snapshot.totalStandardError ?? 0, 'totalStandardError'),
    samples: arrayAt(snapshot.samples, 'samples').map((sample, index) => readSample(sample, `samples[${index}]`)),
    samplingProbability: numberAt(snapshot.samplingProbability ?? 1, 'samplingProbability'),
    ...(snapshot.dutyCycle !== undefined && { dutyCycle: numberAt(snapshot.dutyCycle, 'dutyCycle') }),
    droppedTasks: numberAt(snapshot.droppedTasks ?? 0, 'droppedTasks'),
    cutLabels: numberAt(snapshot.cutLabels ?? 0, 'cutLabels'),
  };
}

// 64 bits, as the writer of JSON has them: a string, or a number where somebody rounded it.
function timeAt(json: unknown): bigint {
  const text = typeof json === 'string' || typeof json === 'number' ? String(json) : '';
  return /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
}

const CONSISTENCIES: readonly Consistency[] = ['moment', 'slices', 'interval'];

function readSample(json: unknown, where: string): TaskSample {
  const sample = objectAt(json, where);
  return {
    stack: arrayAt(sample.stack, `${where}.stack`).map((frame, index) => readFrame(frame, `${where}.stack[${index}]`)),
    awaitIndex: numberAt(sample.awaitIndex ?? 0, `${where}.awaitIndex`),
    tasks: numberAt(sample.tasks, `${where}.tasks`),
    standardError: numberAt(sample.standardError ?? 0, `${where}.standardError`),
    samplingProbability: numberAt(sample.samplingProbability ?? 1, `${where}.samplingProbability`),
    source: sample.source === 'followed' ? 'followed' : 'captured',
    oldestWaitMillis: numberAt(sample.oldestWaitMillis ?? 0, `${where}.oldestWaitMillis`),
    labels: readLabels(sample.labels ?? {}, `${where}.labels`),
    ...readSpan(sample.span, `${where}.span`),
    ...(sample.stuck === true && { stuck: true }),
  };
}

function readFrame(json: unknown, where: string): StackFrame {
  const frame = objectAt(json, where);
  return {
    functionName: textAt(frame.functionName, `${where}.functionName`),
    file: textAt(frame.file, `${where}.file`),
    line: numberAt(frame.line, `${where}.line`),
    column: numberAt(frame.column, `${where}.column`),
    ...readText(frame, 'packageName', where),
    ...readText(frame, 'packageVersion', where),
  };
}

function readText(json: Json, field: string, where: string): object {
  return json[field] === undefined ? {} : { [field]: textAt(json[field], `${where}.${field}`) };
}

function readLabels(json: unknown, where: string): Labels {
  const labels = objectAt(json, where);
  for (const [name, value] of Object.entries(labels)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) throw wrong(`${where}.${name}`, 'a label', value);
  }
  return labels as Record<string, LabelValue>;
}

function readSpan(json: unknown, where: string): { span?: SpanReference } {
  if (json === undefined || json === null) return {};
  const span = objectAt(json, where);
  return {
    span: { traceId: textAt(span.traceId, `${where}.traceId`), spanId: textAt(span.spanId, `${where}.spanId`) },
  };
}

function objectAt(json: unknown, where: string): Json {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json;
  throw wrong(where, 'an object', json);
}

function arrayAt(json: unknown, where: string): readonly unknown[] {
  if (Array.isArray(json)) return json;
  throw wrong(where, 'an array', json);
}

function numberAt(json: unknown, where: string): number {
  if (typeof json === 'number') return json;
  throw wrong(where, 'a number', json);
}

function textAt(json: unknown, where: string): string {
  if (typeof json === 'string') return json;
  throw wrong(where, 'a string', json);
}

function wrong(where: string, kind: string, json: unknown): CommandError {
  return new CommandError(`not a snapshot of tasks: ${where} must be ${kind}, got ${printable(json)}`);
}
