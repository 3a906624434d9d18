import { createRequire } from 'node:module';
import { isBundled, OWN_EXTENSION, OWN_FOLDER } from './own-folder.ts';

/**
 * Loads a module of this package when it is needed and at once: `path` is from `src/` on, without the extension. For what most
 * threads never need: each loads for itself. The build leaves what is loaded so a file of its own (`scripts/build.mjs`).
 *
 * @throws Error where a bundler has put the package into a file of the application: its modules are not files any more
 */
export function loadModule(path: string): unknown {
  if (isBundled) {
    throw new Error('otel-taskprof is bundled into the application, which leaves parts of it out: keep it external');
  }
  return createRequire(OWN_FOLDER)(`./${path}${OWN_EXTENSION}`);
}
