import { parseArgs } from 'node:util';
import { encode } from './encode.ts';
import { endpoint } from './endpoint.ts';
import { filters } from './filters.ts';
import { follow } from './follow.ts';
import { hook } from './hook.ts';
import { resources } from './resources.ts';
import { service } from './service.ts';
import { snapshot } from './snapshot.ts';
import { trigger } from './trigger.ts';
import { wireLibrary } from './wire-library.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<void> | void>> = {
  hook,
  follow,
  snapshot,
  trigger,
  encode,
  endpoint,
  filters,
  service,
  resources,
  'wire-library': wireLibrary,
};

const USAGE = `npm run bench [-- NAME ...]

Measures what the profiler costs on this machine. Names: ${Object.keys(BENCHMARKS).join(', ')}. Default: all.
Compare ratios and medians of one run, not figures of different machines or moments.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const unknown = positionals.find((name) => !(name in BENCHMARKS));
if (values.help === true) process.stdout.write(USAGE);
else if (unknown !== undefined) {
  process.stderr.write(`no benchmark is named "${unknown}"\n\n${USAGE}`);
  process.exitCode = 2;
} else for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)) await BENCHMARKS[name]?.();
