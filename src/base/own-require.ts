import { createRequire } from 'node:module';

/** Undefined where a bundler has made a script of CommonJS of it. */
const url = import.meta.url as string | undefined;

/** Finds other packages as this one's files do; in a script without a URL as the folder does that the process runs in. */
export const ownRequire: NodeJS.Require = createRequire(url ?? `${process.cwd()}/bundle.js`);
