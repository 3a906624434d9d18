import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as taskprof from '../../../../src/index.ts';
import { application } from '../application.ts';
import { points, shareWithWorkers } from '../inject.ts';
import type { Scenario, Surroundings, ThreadReport } from './scenario.ts';

shareWithWorkers();

/** What a thread is given. */
export interface ThreadTask {
  readonly armed: number;
  /** Is written to when it ends: a 1 for each point that it reached. */
  readonly reached: Uint8Array;
}

/** The main thread exports what a worker gathers, which has the zero-code entry point. Faults are forced in one of them. */
async function threads(isInWorker: boolean, at: Surroundings): Promise<string> {
  const exporter = new taskprof.OtlpProfileExporter({ url: `${at.receiver}/v1development/profiles` });
  const instrumentation = new taskprof.TaskProfilerInstrumentation({
    enabled: false,
    sampling: 'all',
    exportIntervalMillis: 10_000,
    exportTimeoutMillis: 10_000,
    exporter,
  });
  const reached = new Uint8Array(new SharedArrayBuffer(points.length));
  const task: ThreadTask = { armed: isInWorker ? at.armed() : -1, reached };
  if (!isInWorker) at.begin();
  instrumentation.enable();
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: task });
  const work = async (): Promise<string> => {
    const begun = once(worker, 'message');
    const told = await application();
    await begun;
    await instrumentation.forceFlush();
    const reported = once(worker, 'message');
    const ended = once(worker, 'exit');
    worker.postMessage('end');
    const [report] = (await reported) as [ThreadReport];
    await ended;
    await instrumentation.shutdown();
    at.end();
    at.onThread(report, isInWorker ? reached : new Uint8Array());
    return report.told === told ? told : report.told;
  };
  // Of its faults none ends a worker.
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error));
  return await Promise.race([work(), failed]);
}

export const collected: Scenario = (at) => threads(false, at);
export const inThread: Scenario = (at) => threads(true, at);
