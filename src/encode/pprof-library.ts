import { ownRequire } from '../base/own-require.ts';
import type * as PprofFormat from 'pprof-format';

export type PprofLibrary = typeof PprofFormat;

/** Loaded at its first use: most processes export OTLP only. */
export function pprofLibrary(): PprofLibrary {
  return ownRequire('pprof-format') as PprofLibrary;
}
