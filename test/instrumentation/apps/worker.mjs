import { Worker, isMainThread } from 'node:worker_threads';

async function waitInMain() {
  await new Promise(() => {});
}

async function waitInWorker() {
  await new Promise(() => {});
}

if (isMainThread) new Worker(new URL(import.meta.url));
globalThis.parked = isMainThread ? waitInMain() : waitInWorker();
