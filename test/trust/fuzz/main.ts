import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { type Coverage, Finding, fuzzGuided } from './guided.ts';
import { checkGrowth, heapBytes, outcomeOf } from './outcome.ts';
import { targets } from './targets.ts';
import type { Target } from './targets/target.ts';

const USAGE = `npm run fuzz [-- TARGET ...] [--runs N] [--seed N] [--unguided]
npm run fuzz -- TARGET --input FILE

Gives inputs that are nearly right to all that takes what others send: no crash, no hang, no growth. Jazzer.js changes those that
reach more of the code than others before. What it has learned is in node_modules/.cache/fuzz, and the next run begins with it.

  TARGET        part of a name. Default: all of them
  --runs N      inputs of all targets together, fewer for those that take long. Default: a million
  --seed N      to repeat a run. Default: another one each time
  --unguided    changes seeds by chance, as the tests do; needs nothing installed
  --input FILE  gives TARGET this input and no other: that of a finding

Targets:
${targets.map(({ name }) => `  ${name}`).join('\n')}
`;

const BATCH = 5_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(1 + (Date.now() % (2 ** 31 - 1))) },
    unguided: { type: 'boolean', default: false },
    input: { type: 'string' },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const chosen = targets.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);

if (values.help) process.stdout.write(USAGE);
else if (!(runs >= 1) || !Number.isSafeInteger(seed)) fail('--runs and --seed must be whole numbers');
else if (chosen.length === 0) fail(`there is no target ${positionals.join(', ')}`);
else if (values.input === undefined) await fuzzAll();
else await repeat(values.input);

function fail(reason: string): never {
  process.stderr.write(`${reason}\n\n${USAGE}`);
  process.exit(2);
}

/** All of them, also behind one with a finding. */
async function fuzzAll(): Promise<void> {
  const share = runs / chosen.reduce((sum, { cost = 1 }) => sum + 1 / cost, 0);
  console.log(`seed ${seed}`);
  let total = 0;
  for (const target of chosen) {
    const inputs = Math.ceil(share / (target.cost ?? 1));
    const startedAt = performance.now();
    try {
      const { taken, growthBytes, learned } = await (values.unguided ? unguided : guided)(target, inputs);
      checkGrowth(target.name, growthBytes);
      total += inputs;
      const seconds = ((performance.now() - startedAt) / 1e3).toFixed(0);
      const kept = `heap ${growthBytes >= 0 ? '+' : ''}${(growthBytes / 2 ** 20).toFixed(1)} MiB`;
      const share = `${((100 * taken) / inputs).toFixed(0)} % taken`;
      console.log([`${target.name}: ${inputs} inputs`, share, ...learned, kept, `${seconds} s`].join(', '));
    } catch (error) {
      process.exitCode = 1;
      console.log(`${target.name}: ${error instanceof Finding ? findingText(target, error) : String(error)}`);
    }
  }
  console.log(`${total} inputs taken as they should be`);
}

interface Fuzzed {
  readonly taken: number;
  readonly growthBytes: number;
  /** In words. */
  readonly learned: readonly string[];
}

async function guided(target: Target, inputs: number): Promise<Fuzzed> {
  const onProgress = (done: number): void => tellProgress(`${target.name}: ${done} of ${inputs}`);
  const { before, after, ...fuzzed } = await fuzzGuided(target, inputs, seed, onProgress);
  tellProgress('');
  const growth = (of: keyof Coverage): string => `${before[of]} to ${after[of]} ${of}`;
  return { ...fuzzed, learned: [growth('edges'), growth('features')] };
}

async function unguided(target: Target, inputs: number): Promise<Fuzzed> {
  let taken = 0;
  let before = 0;
  for (let done = 0; done < inputs; done += BATCH) {
    taken += (await fuzz(target, Math.min(BATCH, inputs - done), seed + done)).taken;
    if (done === 0) before = heapBytes();
  }
  await target.close?.();
  return { taken, growthBytes: heapBytes() - before, learned: [] };
}

function tellProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function findingText({ name }: Target, { message, path }: Finding): string {
  const how = path === undefined ? '' : `\n\nTo repeat it:\n  npm run fuzz -- '${name}' --input ${path}`;
  return `${message}${how}`;
}

async function repeat(path: string): Promise<void> {
  for (const target of chosen) {
    console.log(`${target.name}: ${await outcomeOf(target, readFileSync(path))}`);
    await target.close?.();
  }
}
