/** What `convert` writes. */
export const OUTPUT_FORMATS = ['pprof', 'otlp', 'otlp-json', 'folded', 'text'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
