import fc from 'fast-check';
import { nearly } from './mutations.ts';
import { HANG_MILLIS, outcomeOf } from './outcome.ts';
import type { Target } from './targets/target.ts';

/** Gives a target that many inputs; rejects with the smallest that it does not take as it should, and the seed to repeat that. */
export async function fuzz(target: Target, inputs: number, seed: number): Promise<{ readonly taken: number }> {
  let taken = 0;
  const property = fc.asyncProperty(nearly(target.seeds), async (input) => {
    const before = process.cpuUsage();
    if ((await outcomeOf(target, input)) === 'taken') taken++;
    const { user, system } = process.cpuUsage(before);
    if (user + system > 1e3 * HANG_MILLIS) throw new Error(`it took ${(user + system) / 1e3} ms`);
  });
  await fc.assert(property, { numRuns: inputs, seed, reporter: reporterFor(target.name) });
  return { taken };
}

function reporterFor(name: string): (details: fc.RunDetails<[Uint8Array]>) => void {
  return ({ failed, seed, counterexample, errorInstance }) => {
    if (!failed) return;
    const input = counterexample ? Buffer.from(counterexample[0]).toString('base64') : '';
    throw new Error(`${name}, seed ${seed}, base64 ${input}: ${String(errorInstance)}`, { cause: errorInstance });
  };
}
