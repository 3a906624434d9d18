import type { Worker } from 'node:worker_threads';
import { guarded } from '../base/faults.ts';

const FAULT = 'the watch of worker threads met an error';

/** Calls `onExit` with the number of each worker that this thread starts from now on, when it has ended. The function ends that. */
export function watchWorkers(onExit: (threadId: number) => void): () => void {
  const onWorker = guarded(FAULT, (worker: Worker) => {
    // It is -1 afterwards.
    const { threadId } = worker;
    worker.once(
      'exit',
      guarded(FAULT, () => onExit(threadId)),
    );
  });
  process.on('worker', onWorker);
  // Node's own function: none of ours that could fail is between.
  return process.removeListener.bind(process, 'worker', onWorker);
}
