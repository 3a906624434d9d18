// One target, as main.ts beside this folder asks for it; what became of it goes there.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { fuzz, instrument } from './jazzer.mjs';

/** Beside the seeds the corpus begins with so many that are nearly these: with values of JSON replaced, which libFuzzer can't. */
const VARIANTS = 200;
/** As long as something else has the machine an input takes longer. */
const TIMEOUT_MILLIS = 15_000;
/** From this part of the inputs on the heap should not grow. */
const WARM_UP = 0.2;

const { group, name, inputs, seed, folder } = JSON.parse(process.argv[2]);
await instrument(seed);
const [module, { nearly }, { heapBytes, outcomeOf }] = await Promise.all(
  // No other group: each module of src that is loaded takes its time to be instrumented.
  [`targets/${group}`, 'mutations', 'outcome'].map((file) => import(`../${file}.ts`)),
);
const target = module[group].find((one) => one.name === name);
const { seeds } = target;
const corpus = `${folder}/corpus/`;
const findings = `${folder}/findings/`;
for (const path of [corpus, findings]) mkdirSync(path, { recursive: true });
for (const input of [...seeds, ...fc.sample(nearly(seeds), { numRuns: VARIANTS, seed })]) {
  writeFileSync(corpus + createHash('sha1').update(input).digest('hex'), input);
}

const first = outcomeOf(target, seeds[0]);
const isAsync = first instanceof Promise;
await first;
const counts = { inputs: 0, taken: 0 };
let heapBefore = heapBytes();
let stray;
process.on('uncaughtException', (error) => (stray ??= error));

function take(input) {
  if (++counts.inputs === Math.floor(WARM_UP * inputs)) heapBefore = heapBytes();
  const outcome = outcomeOf(target, input);
  return isAsync ? outcome.then(count) : count(outcome);
}

/** What nobody caught is of this input, or one of the last. */
function count(outcome) {
  if (stray !== undefined) throw stray;
  if (outcome === 'taken') counts.taken++;
}

const finding = await fuzz(take, {
  isAsync,
  timeoutMillis: TIMEOUT_MILLIS,
  fuzzerOptions: [corpus, `-runs=${inputs}`, `-seed=${seed}`, `-artifact_prefix=${findings}`],
});
await target.close?.();
const growthBytes = heapBytes() - heapBefore;
process.send({ ...counts, growthBytes }, () => process.exit(finding === undefined ? 0 : 1));
