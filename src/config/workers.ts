import { InvalidOptionError } from '../base/errors.ts';

/** Who exports what worker threads gather, where each runs `otel-taskprof/register`. */
export const WORKER_EXPORTS = ['merged', 'separate'] as const;

export type WorkerExports = (typeof WORKER_EXPORTS)[number];

export interface WorkerOptions {
  /**
   * `'merged'`: worker threads that run `otel-taskprof/register` hand their profiles to the main thread, which exports all in one
   * message. `'separate'`: each exports its own. Default `'merged'`. Read by the main thread.
   */
  readonly workers?: WorkerExports;
}

/** The option, decided. Throws an {@link InvalidOptionError}. */
export function workerExports({ workers = 'merged' }: WorkerOptions = {}): WorkerExports {
  if (!WORKER_EXPORTS.includes(workers)) throw new InvalidOptionError('workers', "'merged' or 'separate'", workers);
  return workers;
}
