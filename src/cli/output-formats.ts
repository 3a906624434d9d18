/** What `convert` writes; `trace` is of timelines only. */
export const OUTPUT_FORMATS = ['pprof', 'otlp', 'otlp-json', 'folded', 'text', 'trace'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
