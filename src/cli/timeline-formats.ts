/** What `timeline` asks for; the first is the default. */
export const TIMELINE_FORMATS = ['trace', 'otlp', 'otlp-json', 'pprof', 'folded'] as const;
export type TimelineFormat = (typeof TIMELINE_FORMATS)[number];
