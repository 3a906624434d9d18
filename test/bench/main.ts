import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { accuracy } from './accuracy.ts';
import { benchmarksPage } from './benchmarks-page.ts';
import { budget } from './budget.ts';
import { coverage } from './coverage.ts';
import { cpu } from './cpu.ts';
import { encode } from './encode.ts';
import { endpoint } from './endpoint.ts';
import { filters } from './filters.ts';
import { fleet } from './fleet.ts';
import { hook } from './hook.ts';
import { machine } from './measure.ts';
import { memory } from './memory.ts';
import { pause } from './pause.ts';
import { type Benchmark, Report, type Section } from './report.ts';
import { resources } from './resources.ts';
import { service, timeline } from './service.ts';
import { snapshot } from './snapshot.ts';
import { trigger } from './trigger.ts';
import { view } from './view.ts';
import { wireLibrary } from './wire-library.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  hook,
  pause,
  memory,
  coverage,
  budget,
  accuracy,
  snapshot,
  filters,
  endpoint,
  trigger,
  encode,
  fleet,
  service,
  timeline,
  cpu,
  resources,
  view,
  'wire-library': wireLibrary,
};

const DOCS = new URL('../../docs/benchmarks.md', import.meta.url);

const USAGE = `npm run bench [-- NAME ...] [--json FILE] [--docs [--with FILE ...]]

Measures what the profiler costs on this machine. Names: ${Object.keys(BENCHMARKS).join(', ')}. Default: all.
Each value is a median, with the range of the middle half of its runs. Compare what one run says, not different machines or moments.

  --json FILE  writes everything that was measured to FILE as well
  --docs       writes docs/benchmarks.md from it
  --with FILE  and from what an earlier run on this machine wrote with --json, ahead of it: all of it takes an hour
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    json: { type: 'string' },
    docs: { type: 'boolean' },
    with: { type: 'string', multiple: true, default: [] },
  },
});

async function run(names: readonly string[]): Promise<void> {
  const report = new Report((line) => console.log(line));
  console.log(machine());
  for (const name of names) await BENCHMARKS[name]!(report);
  const { sections } = report;
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: machine(), sections }, null, 2)}\n`);
  if (values.docs !== true) return;
  const all = [...values.with.flatMap(sectionsOf), ...sections];
  writeFileSync(DOCS, benchmarksPage(machine(), all));
}

function sectionsOf(file: string): Section[] {
  const earlier = JSON.parse(readFileSync(file, 'utf8')) as { machine: string; sections: Section[] };
  if (earlier.machine !== machine()) throw new Error(`${file} is of another machine: ${earlier.machine}`);
  return earlier.sections;
}

const unknown = positionals.find((name) => !(name in BENCHMARKS));
if (values.help === true) process.stdout.write(USAGE);
else if (unknown !== undefined) {
  process.stderr.write(`no benchmark is named "${unknown}"\n\n${USAGE}`);
  process.exitCode = 2;
} else await run(positionals.length > 0 ? positionals : Object.keys(BENCHMARKS));
