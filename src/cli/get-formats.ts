/** What `get` asks for. `text` is grouped by stack, `tasks` one task after another. */
export const GET_FORMATS = ['pprof', 'otlp', 'otlp-json', 'json', 'folded', 'text', 'tasks'] as const;
export type GetFormat = (typeof GET_FORMATS)[number];
