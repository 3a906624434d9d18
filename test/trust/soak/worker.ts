// A thread that comes, works and goes, with what the main thread profiles it by.
import { workerData } from 'node:worker_threads';

if (workerData === 'profiled') await import('../../../src/register.ts');
const { playRound } = await import('./load.ts');
await playRound(1);
