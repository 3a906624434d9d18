// A worker thread that the environment has profiled, and that is told which fault to force.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { recordDiag } from '../../../support/diag-lines.ts';
import { beginForcing, forcedTimes, reachedPoints } from '../inject.ts';
import type { ThreadReport } from './scenario.ts';
import type { ThreadTask } from './threads.ts';

const { faultCount } = await import('../../../../src/base/faults.ts');
const { application } = await import('../application.ts');

const { armed, reached } = workerData as ThreadTask;
Object.assign(process.env, {
  OTEL_TASKPROF_SAMPLING: 'all',
  OTEL_TASKPROF_EXPORT_INTERVAL: '10000',
  OTEL_TASKPROF_EXPORT_TIMEOUT: '10000',
});
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const diag = recordDiag();
process.on('warning', ({ message }) => diag.lines.push(message));
beginForcing(armed);
await import('../../../../src/register.ts');
const told = await application();
parentPort!.postMessage('begun');
await once(parentPort!, 'message');
parentPort!.postMessage({
  told,
  // What comes later is the end of the thread, which is quiet.
  thrown: forcedTimes(),
  diagLines: diag.lines,
  faults: faultCount(),
} satisfies ThreadReport);
// After those of the profiler.
process.once('exit', () => {
  for (const point of reachedPoints()) reached[point] = 1;
});
process.exit();
