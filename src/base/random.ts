/** Uniform in [0, 1). Injected so that statistical tests can be seeded. */
export type Random = () => number;

/** Larger numbers are boxed by V8: counting down from one would allocate 16 bytes a step. A gap this long is never met. */
const MAX_GAP = 2 ** 30 - 1;

/**
 * Number of Bernoulli trials up to and including the first success: 1, 2, 3 ... with mean 1 / `probability`. Drawing the gap
 * is the same as drawing each trial, at the cost of one logarithm a success (inversion; Devroye, Non-Uniform Random Variate
 * Generation, 1986, X.2).
 */
export function geometricGap(random: Random, probability: number): number {
  if (probability >= 1) return 1;
  return Math.min(1 + Math.floor(Math.log(1 - random()) / Math.log1p(-probability)), MAX_GAP);
}
