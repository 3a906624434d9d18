// A process of its own, with the options as JSON in its argument: tells as JSON what became of a soak, and how far it is if asked to.
import { writeSync } from 'node:fs';
import { setUpSdk } from './set-up.ts';
import { soak, type SoakOptions } from './soak.ts';

setUpSdk();
writeSync(1, JSON.stringify(await soak(JSON.parse(process.argv[2]!) as SoakOptions)));
