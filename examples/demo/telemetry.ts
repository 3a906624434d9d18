// Loaded before the service: `node --import ./telemetry.ts service.ts`. Where the data goes and what the service is called
// come from the usual environment (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME).
import { subscribe } from 'node:diagnostics_channel';
import { context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { TaskProfilerInstrumentation } from 'otel-taskprof';

// No ESM loader hook is needed: Fastify and pg are CommonJS packages, and it is their own `require` of `http`, `pg-pool`
// and `./client` that the instrumentations patch.
export const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [
    new HttpInstrumentation(),
    new PgInstrumentation(),
    new TaskProfilerInstrumentation({ exportIntervalMillis: 5000 }),
  ],
});

sdk.start();

// The HTTP instrumentation calls its span `GET /orders/:id` when it is told the route, which Fastify publishes here.
subscribe('tracing:fastify.request.handler:start', (message) => {
  const metadata = getRPCMetadata(context.active());
  if (metadata) metadata.route = (message as { route: { url: string } }).route.url;
});
