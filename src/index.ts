export { InvalidOptionError } from './base/errors.ts';
export { withTaskLabels } from './base/task-labels.ts';
export type { LabelValue, SpanReference, StackFrame } from './base/types.ts';
export type { DebugHandlerOptions, DebugServerOptions } from './config/debug-endpoint.ts';
export type { TaskProfilerOptions } from './config/options.ts';
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
export { pprofToProfiles, type PprofImport, type PprofImportOptions } from './encode/pprof-import.ts';
export { ConsoleProfileExporter, type ConsoleProfileExporterOptions } from './export/console-exporter.ts';
export type { ExportCounts } from './export/export-log.ts';
export type { ExportOutcome, ProfileExporter } from './export/exporter.ts';
export { FanOutProfileExporter } from './export/fan-out-exporter.ts';
export { FileProfileExporter } from './export/file-exporter.ts';
export { withOriginalPayload } from './export/original-payload.ts';
export { OtlpProfileExporter } from './export/otlp-exporter.ts';
export { TaskProfilerInstrumentation, type TaskProfilerInstrumentationConfig } from './instrumentation.ts';
export { snapshotToProfile } from './profile/build.ts';
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
  ValueType,
} from './profile/model.ts';
export { InvalidProfileError } from './profile/invalid-profile.ts';
export { TaskProfiler } from './profiler.ts';
export type { SnapshotOptions } from './snapshot/snapshot-options.ts';
export type { TaskSample, TaskSnapshot } from './snapshot/task-snapshot.ts';
