import type * as WorkerThreads from 'node:worker_threads';

// `threadName` came with Node 22.20 and 24.6: importing it by name would fail before.
const { isMainThread, threadId, threadName } = process.getBuiltinModule('node:worker_threads') as Pick<
  typeof WorkerThreads,
  'isMainThread' | 'threadId'
> & { readonly threadName?: string };

/**
 * What tells this thread from the others of its process, by OpenTelemetry's names: the number of a worker thread, and its name
 * where the runtime tells it. Nothing for the main thread, which most processes have alone.
 */
export const THREAD_ATTRIBUTES: Readonly<Record<string, string | number>> = Object.freeze(
  isMainThread ? {} : { 'thread.id': threadId, ...(threadName ? { 'thread.name': threadName } : {}) },
);
