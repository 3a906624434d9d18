export { InvalidOptionError } from './base/errors.ts';
export { withTaskLabels } from './base/task-labels.ts';
export type { LabelValue, SpanReference, StackFrame } from './base/types.ts';
export type { TaskProfilerOptions } from './config/options.ts';
export type { ExportOutcome, ProfileExporter, ProfileSource } from './export/exporter.ts';
export { TaskProfilerInstrumentation, type TaskProfilerInstrumentationConfig } from './instrumentation.ts';
export { TaskProfiler } from './profiler.ts';
export type { SnapshotOptions } from './snapshot/snapshot-options.ts';
export type { TaskSample, TaskSnapshot } from './snapshot/task-snapshot.ts';
