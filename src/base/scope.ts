import { createRequire } from 'node:module';

const { name, version } = createRequire(import.meta.url)('../../package.json') as { name: string; version: string };

/** This package as the instrumentation scope of what it exports. */
export const INSTRUMENTATION_SCOPE: { readonly name: string; readonly version: string } = Object.freeze({
  name,
  version,
});
