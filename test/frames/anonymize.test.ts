import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  encodeOtlpJson,
  snapshotToProfile,
  TaskProfiler,
  type TaskProfilerOptions,
  withTaskLabels,
} from '../../src/index.ts';
import { Anonymizer } from '../../src/base/anonymizer.ts';
import { collectTasks } from '../../src/debug/collect.ts';
import { fixture, runNode } from '../support/child.ts';
import { gate } from '../support/settled.ts';

const KEY = 'a key of these tests';
const HASH = /^~[0-9a-f]{12}$/;

async function waitsForSecret(held: Promise<void>): Promise<void> {
  await held;
}

describe('the option anonymize', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  async function withTasks<T>(
    anonymize: TaskProfilerOptions['anonymize'],
    look: (profiler: TaskProfiler) => T | Promise<T>,
  ): Promise<T> {
    const held = gate();
    const profiler = new TaskProfiler({ sampling: 'all', ...(anonymize && { anonymize }) });
    profiler.start();
    try {
      for (const tenant of ['acme', 'acme', 'globex']) {
        withTaskLabels({ tenant, tier: 'gold' }, () => void waitsForSecret(held.promise));
      }
      return await look(profiler);
    } finally {
      profiler.stop();
      held.open();
    }
  }

  const tenants = (profiler: TaskProfiler): unknown[] =>
    profiler.snapshot({ labels: { tier: 'gold' } }).samples.map(({ labels, tasks }) => [labels.tenant, tasks]);

  it('replaces the values of labels that are named, the same values by the same hashes', async () => {
    const found = (await withTasks({ labels: ['tenant'], key: KEY }, tenants)) as [string, number][];
    assert.deepEqual(
      found.map(([, tasks]) => tasks),
      [2, 1],
    );
    for (const [tenant] of found) assert.match(tenant, HASH);
    assert.notEqual(found[0]![0], found[1]![0]);
  });

  it('gives the same hashes with the same key, and within a process without one', async () => {
    const [one, again, other, own, ownAgain] = [
      await withTasks({ labels: ['tenant'], key: KEY }, tenants),
      await withTasks({ labels: ['tenant'], key: KEY }, tenants),
      await withTasks({ labels: ['tenant'], key: `${KEY}.` }, tenants),
      await withTasks({ labels: ['tenant'] }, tenants),
      await withTasks({ labels: ['tenant'] }, tenants),
    ];
    assert.deepEqual(one, again);
    assert.deepEqual(own, ownAgain);
    assert.notDeepEqual(one, other);
    assert.notDeepEqual(one, own);
  });

  it('gives the same hashes in all threads of a process', async () => {
    const own = new Anonymizer(undefined).hash('label tenant', 'acme');
    const [inWorker] = (await once(new Worker(fixture('frames/hash-in-worker.ts')), 'message')) as [string];
    assert.equal(inWorker, own);
    assert.notEqual(own, new Anonymizer(undefined).hash('label user', 'acme'));
  });

  it('gives the same hashes in a thread that starts before the first one is asked for', async () => {
    const { stdout } = await runNode([fixture('frames/hash-after-worker.ts')]);
    const [own, inWorker] = JSON.parse(stdout) as string[];
    assert.match(own!, HASH);
    assert.equal(inWorker, own);
  });

  it('lets filters ask for a value as it is and as it is shown, of a moment and of an interval', async () => {
    await withTasks({ labels: ['tenant'], key: KEY }, async (profiler) => {
      const shown = String(profiler.snapshot({ labels: { tenant: 'acme' } }).samples[0]!.labels.tenant);
      assert.match(shown, HASH);
      for (const tenant of ['acme', shown]) {
        assert.equal(profiler.snapshot({ labels: { tenant } }).totalTasks, 2);
        const query = { consistency: 'moment', filters: { labels: { tenant } }, seconds: 0.01 } as never;
        const { tasks } = await collectTasks(profiler, query, new AbortController().signal);
        assert.equal(tasks.length, 2);
      }
      assert.equal(profiler.snapshot({ labels: { tenant: 'initech' } }).totalTasks, 0);
    });
  });

  it('replaces paths but those of Node, and keeps what they end with', async () => {
    const stacks = await withTasks({ paths: true, key: KEY }, (profiler) =>
      profiler.snapshot({ matching: /^waitsForSecret / }).samples.map(({ stack }) => stack),
    );
    assert.ok(stacks.length > 0);
    const files = new Set(stacks.flat().map(({ file }) => file));
    assert.ok([...files].some((file) => /^~[0-9a-f]{12}\.ts$/.test(file)));
    for (const file of files) assert.match(file, /^(~[0-9a-f]{12}\.\w+|node:.*|)$/);
    assert.ok(stacks.flat().every((frame) => !('packageName' in frame)));
  });

  it('lets nothing of what it replaces into what is exported', async () => {
    await withTasks({ paths: true, labels: ['tenant'] }, (profiler) => {
      const profiles = [snapshotToProfile(profiler.snapshot())];
      const data = { resource: { attributes: {} }, scope: { name: 't', version: '' }, profiles };
      const text = Buffer.from(encodeOtlpJson(data)).toString();
      assert.match(text, /waitsForSecret/);
      assert.match(text, /gold/);
      assert.doesNotMatch(text, /acme|globex|anonymize|mocha|file:|frames\//);
    });
  });

  for (const [anonymize, message] of [
    ['paths', 'anonymize must be an object of options, got "paths"'],
    [{ paths: 1 }, 'anonymize.paths must be true or false, got 1'],
    [{ labels: 'tenant' }, 'anonymize.labels must be a list of names without white space, got "tenant"'],
    [{ key: 'short' }, 'anonymize.key must be a string of at least 16 characters, got "5 characters"'],
  ] as const) {
    it(`refuses ${JSON.stringify(anonymize)}`, () => {
      const options = { anonymize } as unknown as TaskProfilerOptions;
      assert.throws(() => new TaskProfiler(options), { name: 'InvalidOptionError', message });
    });
  }
});
