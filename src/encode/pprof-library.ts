import { createRequire } from 'node:module';
import type * as PprofFormat from 'pprof-format';

export type PprofLibrary = typeof PprofFormat;

/** Loaded at its first use: most processes export OTLP only. */
export function pprofLibrary(): PprofLibrary {
  return createRequire(import.meta.url)('pprof-format') as PprofLibrary;
}
