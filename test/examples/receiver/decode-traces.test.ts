import assert from 'node:assert/strict';
import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { decodeTraces } from '../../../examples/receiver/decode.ts';
import { startOtlpServer } from '../../support/otlp-server.ts';

describe('decodeTraces', () => {
  it('reads what the OTLP/HTTP trace exporter sends', async () => {
    const server = await startOtlpServer((response) => void response.end('{}'));
    const exporter = new OTLPTraceExporter({ url: server.url });
    const processor = new SimpleSpanProcessor({ exporter });
    const resource = resourceFromAttributes({
      'service.name': 'shop',
      'process.pid': 4711,
      'process.command_args': ['a', 'b'],
    });
    const provider = new TracerProvider({ resource, spanProcessors: [processor] });
    const attributes = { 'http.route': '/orders', status: 200, ratio: 0.5, paid: true };
    const span = provider.getTracer('test').startSpan('GET /orders', { kind: SpanKind.SERVER, attributes });
    span.end();
    await provider.forceFlush();
    await provider.shutdown();
    await server.close();
    const { traceId, spanId } = span.spanContext();
    assert.deepEqual(decodeTraces(server.requests[0]!.body), [
      {
        resource: { 'service.name': 'shop', 'process.pid': 4711, 'process.command_args': ['a', 'b'] },
        spans: [{ traceId, spanId, parentSpanId: '', name: 'GET /orders', kind: 2, attributes }],
      },
    ]);
  });
});
