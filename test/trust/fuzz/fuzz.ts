import fc from 'fast-check';
import { nearly } from './mutations.ts';
import type { Target } from './targets.ts';

/** None of the inputs is longer than some kilobytes. */
const HANG_MILLIS = 2_000;

/** Gives a target that many inputs; throws with the smallest that it does not take as it should, and the seed to repeat that. */
export function fuzz(
  { name, seeds, take, refusals }: Target,
  inputs: number,
  seed: number,
): { readonly taken: number } {
  let taken = 0;
  const property = fc.property(nearly(seeds), (input) => {
    const startedAt = performance.now();
    try {
      take(input);
      taken++;
    } catch (error) {
      if (!refusals.some((refusal) => error instanceof refusal) || isInternal(error)) throw error;
    }
    const millis = performance.now() - startedAt;
    if (millis > HANG_MILLIS) throw new Error(`it took ${millis} ms`);
  });
  fc.assert(property, { numRuns: inputs, seed, reporter: reporterFor(name) });
  return { taken };
}

/** A fault of the code and none of the input. */
function isInternal(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

function reporterFor(name: string): (details: fc.RunDetails<[Uint8Array]>) => void {
  return ({ failed, seed, counterexample, errorInstance }) => {
    if (!failed) return;
    const input = counterexample ? Buffer.from(counterexample[0]).toString('base64') : '';
    throw new Error(`${name}, seed ${seed}, base64 ${input}: ${String(errorInstance)}`, { cause: errorInstance });
  };
}
