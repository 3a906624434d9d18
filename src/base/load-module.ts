import { createRequire } from 'node:module';

/**
 * Loads a module of this package when it is needed and at once: `path` is relative to `from` (`import.meta.url`), without the
 * extension, which is `.ts` from source and `.js` when built. For what most threads never need: each loads for itself.
 */
export function loadModule(from: string, path: string): unknown {
  return createRequire(from)(`${path}${from.slice(from.lastIndexOf('.'))}`);
}
