// A process of its own for the test, which has timers of its own: as JSON what became of a short soak.
import { writeSync } from 'node:fs';
import { setUpSdk } from './set-up.ts';
import { soak } from './soak.ts';

setUpSdk();
writeSync(1, JSON.stringify(await soak({ awaits: 400_000, switchEvery: 1, workers: 1, measurements: 2 })));
