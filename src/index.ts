export { InvalidOptionError } from './base/errors.ts';
export { withTaskLabels } from './base/task-labels.ts';
export type { Labels, LabelValue, SpanReference, StackFrame, StuckTask } from './base/types.ts';
export type { EngineCounts } from './capture/task-engine.ts';
export type { AnonymizeOptions } from './config/anonymize.ts';
export type { BurstOptions } from './config/burst.ts';
export type { CpuProfilingOptions } from './config/cpu-options.ts';
export type { DebugHandlerOptions, DebugServerOptions } from './config/debug-endpoint.ts';
export type { TimelineOptions } from './config/timeline.ts';
export type { TaskLabelOptions } from './config/labels.ts';
export type { TaskProfilerOptions } from './config/options.ts';
export type { ResourceProfilingOptions } from './config/resource-options.ts';
export type { FileExporterOptions } from './config/file-exporter.ts';
export type { OtlpExporterOptions, OtlpProtocol, OtlpTlsOptions } from './config/otlp-options.ts';
export { createDebugHandler, type DebugHandler } from './debug/debug-handler.ts';
export { startDebugServer, type DebugServer } from './debug/debug-server.ts';
export { profileToFolded, type FoldedOptions } from './encode/folded.ts';
export { foldedToProfile, InvalidFoldedError, type FoldedImportOptions } from './encode/folded-import.ts';
export { InvalidPprofError } from './encode/invalid-pprof.ts';
export type { ConversionLoss } from './encode/loss-list.ts';
export { InvalidOtlpError } from './encode/invalid-otlp.ts';
export { otlpToProfiles, type OtlpImport } from './encode/otlp-import.ts';
export { encodeOtlpJson } from './encode/otlp-json.ts';
export { otlpJsonToProfiles } from './encode/otlp-json-import.ts';
export { encodeOtlpProtobuf } from './encode/otlp-protobuf.ts';
export { profilesToPprof, snapshotToPprof } from './encode/pprof.ts';
export { timelineToTraceEvents } from './encode/timeline-trace-events.ts';
export { pprofToProfiles, type PprofImport, type PprofImportOptions } from './encode/pprof-import.ts';
export { ConsoleProfileExporter, type ConsoleProfileExporterOptions } from './export/console-exporter.ts';
export type { ExportCounts } from './export/export-counts.ts';
export type { ExportOptions, ExportOutcome, ProfileExporter } from './export/exporter.ts';
export type { CountedExports } from './export/exporter-counts.ts';
export { FanOutProfileExporter } from './export/fan-out-exporter.ts';
export { FileProfileExporter } from './export/file-exporter.ts';
export { withOriginalPayload } from './export/original-payload.ts';
export { OtlpProfileExporter } from './export/otlp-exporter.ts';
export { TaskProfilerInstrumentation, type TaskProfilerInstrumentationConfig } from './instrumentation.ts';
export type {
  Attributes,
  AttributesWithUnits,
  AttributeValue,
  Line,
  Location,
  Mapping,
  OriginalPayload,
  Profile,
  ProfileSample,
  ProfilesData,
  Quantity,
  StackEntry,
  TimedValue,
  ValueType,
} from './profile/model.ts';
export { InvalidProfileError } from './profile/invalid-profile.ts';
export { buildTimelineProfile as timelineToProfile } from './profile/build-timeline.ts';
export { snapshotToProfile, snapshotToProfiles } from './profile/snapshot-profile.ts';
export { TaskProfiler } from './profiler.ts';
export type { CpuSample, CpuSnapshot } from './snapshot/cpu-snapshot.ts';
export type { IntervalSnapshot, IntervalTaskSample } from './snapshot/interval.ts';
export type { LostTaskOptions, LostTaskSnapshot } from './snapshot/lost.ts';
export type { ResourceCounts } from './resources/resource-engine.ts';
export type { ResourceState } from './resources/resource-state.ts';
export type { ResourceSample, ResourceSnapshot } from './snapshot/resource-snapshot.ts';
export type { ResourceSnapshotOptions } from './snapshot/resource-snapshot-options.ts';
export type { SnapshotOptions } from './snapshot/snapshot-options.ts';
export type { Consistency, TaskSample, TaskSnapshot } from './snapshot/task-snapshot.ts';
export type { Timeline, TimelineSlice, TimelineSpan } from './timeline/timeline.ts';
export type { TimelineCounts, TimelineRecording } from './timeline/recording.ts';
export { TaskProfilerTriggers, type TriggerOutput } from './triggers/task-profiler-triggers.ts';
export type { HeldBy, TriggerCounts } from './triggers/trigger-counts.ts';
export type { Sighting, TriggerEvent, TriggerName, WatchedQuantity } from './triggers/trigger-event.ts';
export type {
  DumpOptions,
  EventLoopDelayTriggerOptions,
  HeapUsedTriggerOptions,
  LiveTasksTriggerOptions,
  OldestWaitTriggerOptions,
  SignalTriggerOptions,
  TriggerSnapshotOptions,
  TriggersOptions,
  WatchOptions,
} from './triggers/trigger-options.ts';
export type { ManualTriggerOptions, TriggerRunner } from './triggers/trigger-runner.ts';
