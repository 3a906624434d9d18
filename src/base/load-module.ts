import { createRequire } from 'node:module';
import { OWN_EXTENSION, OWN_FOLDER } from './own-folder.ts';

/**
 * Loads a module of this package when it is needed and at once: `path` is from `src/` on, without the extension. For what most
 * threads never need: each loads for itself. The build leaves what is loaded so a file of its own (`scripts/build.mjs`).
 */
export function loadModule(path: string): unknown {
  return createRequire(OWN_FOLDER)(`./${path}${OWN_EXTENSION}`);
}
