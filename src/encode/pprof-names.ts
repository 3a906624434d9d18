// How OpenTelemetry names what pprof has and OTLP has no field for (semantic conventions, `pprof.*`), and how our pprof files
// name what pprof has no field for.

export const PprofAttribute = {
  comment: 'pprof.profile.comment',
  docUrl: 'pprof.profile.doc_url',
  dropFrames: 'pprof.profile.drop_frames',
  keepFrames: 'pprof.profile.keep_frames',
  defaultSampleType: 'pprof.scope.default_sample_type',
  sampleTypeOrder: 'pprof.scope.sample_type_order',
  isFolded: 'pprof.location.is_folded',
  hasFunctions: 'pprof.mapping.has_functions',
  hasFilenames: 'pprof.mapping.has_filenames',
  hasLineNumbers: 'pprof.mapping.has_line_numbers',
  hasInlineFrames: 'pprof.mapping.has_inline_frames',
} as const;

/** Build ids: of an ELF file in hex, and Go's own with slashes. */
export const BuildIdAttribute = {
  gnu: 'process.executable.build_id.gnu',
  go: 'process.executable.build_id.go',
} as const;

/** Labels that stand for a link. */
export const LinkLabel = { traceId: 'trace_id', spanId: 'span_id' } as const;
