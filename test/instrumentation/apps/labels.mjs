import { createRequire } from 'node:module';
import { context, trace } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { TaskProfilerInstrumentation } from 'otel-taskprof';

const labels = { spanAttributes: ['http.route', 'job.kind'] };
const sdk = new NodeSDK({
  instrumentations: [new HttpInstrumentation(), new TaskProfilerInstrumentation({ labels })],
});
sdk.start();

const tracer = trace.getTracer('app');
const forever = () => new Promise(() => {});

async function waitBeforeRouting() {
  await forever();
}

async function waitInHandler() {
  await forever();
}

async function waitInJob() {
  await forever();
}

// Instrumented as it is loaded.
const http = createRequire(import.meta.url)('node:http');
const server = http.createServer(() => {
  void waitBeforeRouting();
  // As the instrumentations of frameworks do it.
  getRPCMetadata(context.active()).route = '/orders/:id';
  tracer.startActiveSpan('handler', () => void waitInHandler());
  setImmediate(() => sdk.shutdown().then(() => process.exit(0)));
});

function request() {
  http.get({ port: server.address().port, path: '/orders/7' }).on('error', () => {});
}

server.listen(0, '127.0.0.1', () => {
  tracer.startActiveSpan('job', { attributes: { 'job.kind': 'nightly' } }, () =>
    tracer.startActiveSpan('step', () => void waitInJob()),
  );
  request();
});
