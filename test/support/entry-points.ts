import { fileURLToPath } from 'node:url';

// As they are built, which is what users run; with TASKPROF_TEST_SOURCES, for coverage, as they are written.
const AS_WRITTEN = process.env.TASKPROF_TEST_SOURCES === '1';

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The command. */
export const COMMAND = source(AS_WRITTEN ? 'src/cli/main.ts' : 'dist/cli/main.js');

/** What Node.js loads ahead of an application (`--import`, `--require`). */
export const REGISTER = AS_WRITTEN ? source('src/register.ts') : 'otel-taskprof/register';
