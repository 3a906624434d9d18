import { createRequire } from 'node:module';
import type * as DatadogPprof from '@datadog/pprof';

/** The profiler of Datadog, whose pprofs are of another hand; undefined where it has no binary for this Node and system. */
export function datadogPprof(): typeof DatadogPprof | undefined {
  try {
    return createRequire(import.meta.url)('@datadog/pprof') as typeof DatadogPprof;
  } catch {
    return undefined;
  }
}
