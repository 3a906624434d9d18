// npm run fuzz [-- INPUTS [SEED [TARGET]]]: a million inputs over all targets. No crash, no hang, and no growth.
import { fuzz } from './fuzz.ts';
import { targets } from './targets.ts';

const BATCH = 5_000;
/** More than that is kept of what came in. */
const MAX_GROWTH_BYTES = 64 * 2 ** 20;

const [inputs = '1000000', seed = String(Date.now() % 2 ** 31), only = ''] = process.argv.slice(2);
const chosen = targets.filter(({ name }) => name.includes(only));
const each = Math.ceil(Number(inputs) / chosen.length);
console.log(`seed ${seed}, ${each} inputs for each of ${chosen.length} targets`);

const heapBytes = (): number => {
  gc!();
  return process.memoryUsage().heapUsed;
};

for (const [index, target] of chosen.entries()) {
  const startedAt = performance.now();
  let taken = 0;
  let begin = 0;
  for (let done = 0, batch = 0; done < each; done += BATCH, batch++) {
    taken += fuzz(target, Math.min(BATCH, each - done), Number(seed) + 1_000 * index + batch).taken;
    if (batch === 0) begin = heapBytes();
  }
  const growth = heapBytes() - begin;
  const seconds = (performance.now() - startedAt) / 1e3;
  console.log(
    `${target.name}: ${each} inputs, ${((100 * taken) / each).toFixed(0)} % taken, ${seconds.toFixed(0)} s, heap ${growth >= 0 ? '+' : ''}${(growth / 2 ** 20).toFixed(1)} MiB`,
  );
  if (growth > MAX_GROWTH_BYTES) throw new Error(`${target.name} keeps what it is given`);
}
