import { parentPort } from 'node:worker_threads';
import { ROOT_CONTEXT, context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { TaskProfiler } from '../../src/index.ts';
import { settled } from '../support/settled.ts';

/** What the other thread sends with its message, as with a request. */
export type Carrier = Record<string, string>;

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CBaggagePropagator());
const profiler = new TaskProfiler({ sampling: 'all', labels: { baggage: ['tenant'] } });
profiler.start();

async function parksInWorker(): Promise<void> {
  await new Promise(() => undefined);
}

parentPort!.once('message', (carrier: Carrier) => {
  context.with(propagation.extract(ROOT_CONTEXT, carrier), () => void parksInWorker());
  void settled().then(() => {
    const samples = profiler.snapshot().samples.filter(({ stack }) => stack[0]?.functionName === 'parksInWorker');
    parentPort!.postMessage(samples.map(({ labels }) => labels));
  });
});
