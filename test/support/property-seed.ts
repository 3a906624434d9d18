import fc from 'fast-check';

// The same cases at each run: what a run fails by is of the change, not of chance. FAST_CHECK_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });
