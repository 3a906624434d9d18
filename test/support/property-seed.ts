import fc from 'fast-check';

/** Of the cases of each property, those that are tried: mutation tests try few, for each change of the source. */
const SHARE = Number(process.env.FAST_CHECK_SHARE ?? 1);

/** As `numRuns` of a property that takes other than a hundred. */
export function runs(count: number): number {
  return Math.ceil(count * SHARE);
}

// The same cases at each run: what a run fails by is of the change, not of chance. FAST_CHECK_SEED tries others.
fc.configureGlobal({
  seed: Number(process.env.FAST_CHECK_SEED ?? 1),
  numRuns: runs(100),
  // That it fails is enough: the smallest case is for people.
  endOnFailure: SHARE < 1,
});
