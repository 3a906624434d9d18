import { homedir } from 'node:os';
import { join } from 'node:path';

/** What is downloaded and built for the tests, outside the checkout. */
export function cacheFolder(...names: readonly string[]): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'otel-taskprof', ...names);
}
