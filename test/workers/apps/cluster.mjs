import cluster from 'node:cluster';

async function waitInPrimary() {
  await new Promise(() => {});
}

async function waitInWorker() {
  await new Promise(() => {});
}

if (cluster.isPrimary) {
  globalThis.parked = waitInPrimary();
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  globalThis.parked = waitInWorker();
  setTimeout(() => cluster.worker.disconnect(), 20);
}
