// A main thread with workers that park tasks; APP_CASE says how they live and end.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const worker = (how, options = {}) =>
  new Worker(new URL('worker.mjs', import.meta.url), { workerData: how, ...options }).on('error', () => {});

const ended = (thread) => new Promise((resolve) => thread.once('exit', resolve));
const parked = (thread) => once(thread, 'message');

async function waitInMain() {
  await new Promise(() => {});
}

const CASES = {
  /** Ends by itself, both threads at about the same time. */
  plain: () => worker('finish', { name: 'resizer' }),
  /** The thread starts one of its own. */
  nested: () => worker('nest'),
  /** The thread computes and ends by itself. */
  compute: () => ended(worker('compute')),
  exit: () => ended(worker('exit')),
  throw: () => ended(worker('throw')),
  /** Terminated some time after it has parked, and later still. */
  terminate: async () => {
    const thread = worker('stay');
    await parked(thread);
    await sleep(Number(process.env.APP_STAY_MILLIS ?? 0));
    await thread.terminate();
  },
  /** Terminated while it hands over again and again. */
  terminateBusy: async () => {
    for (let i = 0; i < 20; i++) {
      const thread = worker('stay');
      await parked(thread);
      await sleep(10 * i);
      await thread.terminate();
    }
  },
  /** Ten at a time. */
  many: async () => {
    for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 10 }, () => ended(worker('finish'))));
  },
  /** The main thread ends the process while the thread is alive. */
  live: async () => {
    const thread = worker('stay');
    await parked(thread);
    setInterval(() => {}, 1_000);
    process.stdout.write('ready\n');
  },
  eval: () =>
    ended(new Worker('async function waitInWorker() { await new Promise(() => {}); } waitInWorker();', { eval: true })),
  noOptions: () => ended(worker('finish', { execArgv: [] })),
};

globalThis.parked = waitInMain();
await CASES[process.env.APP_CASE]();
if (process.env.APP_CASE !== 'live') process.stdout.write(`${process.getActiveResourcesInfo().join()}\n`);
