import { Worker, parentPort, workerData } from 'node:worker_threads';

async function waitInWorker() {
  await new Promise(() => {});
}

async function waitInNested() {
  await new Promise(() => {});
}

function computeInWorker() {
  const before = process.cpuUsage().user;
  while (process.cpuUsage().user - before < 100_000);
}

const ENDS = {
  compute: computeInWorker,
  finish: () => {},
  nest: () => new Worker(new URL(import.meta.url), { workerData: 'nested' }),
  nested: () => {},
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('the worker crashes');
  },
  stay: () => setInterval(() => {}, 1_000),
};

globalThis.parked = workerData === 'nested' ? waitInNested() : waitInWorker();
// A turn later, so that it has been parked for some time.
setTimeout(() => {
  parentPort.postMessage('parked');
  ENDS[workerData]();
}, 5);
