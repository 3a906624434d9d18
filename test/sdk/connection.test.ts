import assert from 'node:assert/strict';
import { ROOT_CONTEXT, type Span, logs, metrics, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { onSpanStart } from '../../src/base/started-spans.ts';
import { spanAttribute } from '../../src/base/span-attributes.ts';
import { SdkConnection } from '../../src/sdk/connection.ts';

const named = (name: string) => ({ resource: resourceFromAttributes({ 'service.name': name }) });

describe('SdkConnection', () => {
  const calls: string[] = [];
  let connection: SdkConnection;

  beforeEach(() => {
    calls.length = 0;
    connection = new SdkConnection({
      forceFlush: async () => void calls.push('forceFlush'),
      shutdown: async () => void calls.push('shutdown'),
    });
  });

  afterEach(() => {
    connection.close();
    trace.disable();
    metrics.disable();
    logs.disable();
  });

  it('takes the resource of a tracer provider that was registered later', async () => {
    connection.open();
    trace.setGlobalTracerProvider(new TracerProvider(named('traces')));
    assert.deepEqual(await connection.resource(), { 'service.name': 'traces' });
  });

  it('goes by the traces, then the metrics, then the logs', async () => {
    connection.open();
    logs.setGlobalLoggerProvider(new LoggerProvider(named('logs')));
    assert.equal((await connection.resource())['service.name'], 'logs');
    metrics.setGlobalMeterProvider(new MeterProvider(named('metrics')));
    assert.equal((await connection.resource())['service.name'], 'metrics');
    trace.setGlobalTracerProvider(new TracerProvider(named('traces')));
    assert.equal((await connection.resource())['service.name'], 'traces');
  });

  it('prefers a provider that it was given to the global one', async () => {
    connection.open();
    trace.setGlobalTracerProvider(new TracerProvider(named('global')));
    connection.useProvider('traces', new TracerProvider(named('given')));
    assert.equal((await connection.resource())['service.name'], 'given');
  });

  it('detects the resource itself without an SDK', async () => {
    connection.open();
    assert.equal((await connection.resource())['process.pid'], process.pid);
  });

  for (const needsLocalRoots of [true, false]) {
    it(`${needsLocalRoots ? 'notes' : 'does not note'} local roots, until it is closed`, () => {
      connection = new SdkConnection({ forceFlush: async () => {}, shutdown: async () => {} }, { needsLocalRoots });
      const provider = new TracerProvider(named('traces'));
      const tenantOfChild = (): unknown => {
        const tracer = provider.getTracer('test');
        const inRoot = trace.setSpan(ROOT_CONTEXT, tracer.startSpan('root', { attributes: { tenant: 'acme' } }));
        return spanAttribute(ROOT_CONTEXT, tracer.startSpan('child', {}, inRoot), 'tenant');
      };
      trace.setGlobalTracerProvider(provider);
      connection.open();
      assert.equal(tenantOfChild(), needsLocalRoots ? 'acme' : undefined);
      connection.close();
      assert.equal(tenantOfChild(), undefined);
    });
  }

  it('tells timelines of spans that start, whatever else is wanted of them, until it is closed', () => {
    const heard: Span[] = [];
    const unlisten = onSpanStart((span) => heard.push(span));
    const provider = new TracerProvider();
    trace.setGlobalTracerProvider(provider);
    connection.open();
    const span = provider.getTracer('test').startSpan('request');
    connection.close();
    provider.getTracer('test').startSpan('later');
    unlisten();
    assert.deepEqual(heard, [span]);
  });

  it('gives spans their id as that of their profile where that is wanted, until it is closed', () => {
    connection = new SdkConnection({ forceFlush: async () => {}, shutdown: async () => {} }, { spanProfileIds: true });
    const provider = new TracerProvider(named('traces'));
    const profileIdOf = (span: Span): unknown => spanAttribute(ROOT_CONTEXT, span, 'pyroscope.profile.id');
    trace.setGlobalTracerProvider(provider);
    connection.open();
    const span = provider.getTracer('test').startSpan('root');
    assert.equal(profileIdOf(span), span.spanContext().spanId);
    connection.close();
    assert.equal(profileIdOf(provider.getTracer('test').startSpan('root')), undefined);
  });

  it('is shut down with a provider that registered itself right after it was given the proxy', async () => {
    connection.open();
    connection.useProvider('traces', trace.getTracerProvider());
    const provider = new TracerProvider();
    trace.setGlobalTracerProvider(provider);
    await Promise.resolve();
    await provider.shutdown();
    assert.deepEqual(calls, ['shutdown']);
  });

  it('finds a provider that nobody announces', async () => {
    connection.open();
    const provider = new TracerProvider();
    trace.setGlobalTracerProvider(provider);
    while (!Object.hasOwn(provider, 'forceFlush')) await new Promise((resolve) => setImmediate(resolve));
    await provider.forceFlush();
    assert.deepEqual(calls, ['forceFlush']);
  });

  it('follows the tracer provider alone once there is one', async () => {
    const meterProvider = new MeterProvider();
    metrics.setGlobalMeterProvider(meterProvider);
    connection.open();
    assert.ok(Object.hasOwn(meterProvider, 'shutdown'));
    trace.setGlobalTracerProvider(new TracerProvider());
    await connection.resource();
    assert.ok(!Object.hasOwn(meterProvider, 'shutdown'));
  });

  it('shuts down when the process runs out of work', () => {
    connection.open();
    // Not `emit`: packages of other tests end the process when it says that it has no work left.
    process.listeners('beforeExit').at(-1)!.call(process, 0);
    assert.deepEqual(calls, ['shutdown']);
  });

  it('leaves nothing behind', async () => {
    const provider = new TracerProvider();
    const before = Reflect.ownKeys(provider);
    trace.setGlobalTracerProvider(provider);
    const listeners = process.listenerCount('beforeExit');

    connection.open();
    assert.notDeepEqual(Reflect.ownKeys(provider), before);
    connection.close();

    assert.deepEqual(Reflect.ownKeys(provider), before);
    assert.equal(process.listenerCount('beforeExit'), listeners);
    await provider.shutdown();
    assert.deepEqual(calls, []);
  });
});
