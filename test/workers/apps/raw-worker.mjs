// A worker thread as the main thread sees it: says that it gathers, and answers requests, or not.
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { ThreadChannel } from '../../../src/workers/thread-channel.ts';

const channel = ThreadChannel.offered();
channel.sendToMain({ kind: 'begin', threadId });
channel.listenToMain(({ request }) => {
  if (workerData === 'silent') return;
  channel.sendToMain({ kind: 'profiles', threadId, profiles: [{ samples: [] }] });
  channel.sendToMain({ kind: 'flushed', threadId, request });
});
setInterval(() => {}, 1_000);
parentPort.postMessage('ready');
