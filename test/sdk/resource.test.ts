import assert from 'node:assert/strict';
import { detectResources, resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { detectResource } from '../../src/sdk/detected-resource.ts';
import { resourceOf, settledAttributes } from '../../src/sdk/resource.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });

describe('resourceOf', () => {
  it('finds the resource of a tracer provider', () => {
    assert.equal(resourceOf(new TracerProvider({ resource })), resource);
  });

  it('finds the resource of a meter provider', () => {
    assert.equal(resourceOf(new MeterProvider({ resource })), resource);
  });

  it('finds the resource of a logger provider', () => {
    assert.equal(resourceOf(new LoggerProvider({ resource })), resource);
  });

  it('finds nothing in a provider that shows none', () => {
    assert.equal(resourceOf({ forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() }), undefined);
  });
});

describe('settledAttributes', () => {
  const detected = (value: Promise<string>) =>
    resourceFromAttributes({ 'service.name': 'shop' }).merge(
      detectResources({ detectors: [{ detect: () => ({ attributes: { 'host.id': value } }) }] }),
    );

  it('waits for what detectors are still looking up', async () => {
    let answer: ((id: string) => void) | undefined;
    const attributes = settledAttributes(detected(new Promise((resolve) => (answer = resolve))), 60_000);
    answer?.('h1');
    assert.deepEqual(await attributes, { 'service.name': 'shop', 'host.id': 'h1' });
  });

  it('gives what is known when a detector never answers', async () => {
    assert.deepEqual(await settledAttributes(detected(new Promise(() => {})), 1), { 'service.name': 'shop' });
  });

  it('gives what is known when a detector fails', async () => {
    assert.deepEqual(await settledAttributes(detected(Promise.reject(new Error('no metadata'))), 60_000), {
      'service.name': 'shop',
    });
  });
});

describe('settledAttributes, of values that profiles cannot carry as they are', () => {
  it('closes the holes of arrays, and writes booleans in them as text', async () => {
    const attributes = {
      zones: ['a', null, 'b'],
      flags: [true, false],
      ports: [80, undefined],
      object: {},
      none: null,
    };
    assert.deepEqual(await settledAttributes({ attributes }, 1), {
      zones: ['a', 'b'],
      flags: ['true', 'false'],
      ports: [80],
    });
  });
});

describe('detectResource', () => {
  const withDetectors = async (names: string | undefined) => {
    const before = process.env.OTEL_NODE_RESOURCE_DETECTORS;
    if (names !== undefined) process.env.OTEL_NODE_RESOURCE_DETECTORS = names;
    try {
      return Object.keys(await settledAttributes(detectResource(), 60_000));
    } finally {
      if (before === undefined) delete process.env.OTEL_NODE_RESOURCE_DETECTORS;
      else process.env.OTEL_NODE_RESOURCE_DETECTORS = before;
    }
  };

  it('asks the detectors of the SDK by default', async () => {
    const keys = await withDetectors(undefined);
    for (const key of ['service.name', 'service.instance.id', 'host.name', 'process.pid', 'os.type']) {
      assert.ok(keys.includes(key), key);
    }
  });

  it('asks only those that OTEL_NODE_RESOURCE_DETECTORS names', async () => {
    const keys = await withDetectors('host, container');
    assert.ok(keys.includes('host.name'));
    assert.ok(!keys.includes('process.pid'));
  });

  it('asks none on OTEL_NODE_RESOURCE_DETECTORS=none', async () => {
    const keys = await withDetectors('none');
    assert.deepEqual(
      keys.filter((key) => !key.startsWith('telemetry.')),
      ['service.name'],
    );
  });
});
