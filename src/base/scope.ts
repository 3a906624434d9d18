import { createRequire } from 'node:module';
import { OWN_FOLDER } from './own-folder.ts';

const { name, version } = createRequire(OWN_FOLDER)('../package.json') as { name: string; version: string };

/** This package as the instrumentation scope of what it exports. */
export const INSTRUMENTATION_SCOPE: { readonly name: string; readonly version: string } = Object.freeze({
  name,
  version,
});
