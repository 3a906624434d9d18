import assert from 'node:assert/strict';
import { ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { DEFAULT_TASK_PROFILER_CONFIG } from '../../src/config/options.ts';
import { Aging } from '../../src/follow/aging.ts';
import { FollowEngine } from '../../src/follow/follow-engine.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import type { SampleRequest } from '../../src/capture/live-sample.ts';
import { RowShape } from '../../src/follow/row-layout.ts';
import { TaskRegistry } from '../../src/follow/task-registry.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { settled, until } from '../support/settled.ts';

const EVERYTHING: SampleRequest = {
  maxTasks: Infinity,
  minWaitMillis: 0,
  wanted: undefined,
  matches: undefined,
  pinned: undefined,
};

/** Captures nearly nothing: walks have to answer. */
const WALKING = { ...DEFAULT_TASK_PROFILER_CONFIG, sampling: 1, overheadBudget: 1e-9, strongMillis: 1 } as const;

/** Promises are let go of without a walk, but for one in a window. */
const NEARLY_UNREAD = { sampling: 'adaptive' };

function start(options: object = {}): FollowEngine {
  const engine = startEngine({ ...WALKING, random: seededRandom(1), ...options });
  assert.ok(engine instanceof FollowEngine);
  return engine;
}

function never(): Promise<void> {
  return new Promise<void>(() => undefined);
}

async function leaf(promise: Promise<void>): Promise<void> {
  await promise;
}

async function caller(promise: Promise<void>): Promise<void> {
  await leaf(promise);
}

/** Tasks of a snapshot that are of this file. */
function seen(engine: FollowEngine): string[] {
  return engine
    .sample(EVERYTHING)
    .contributions.map(({ task }) => engine.framesOf(task))
    .filter((frames) => frames.some(({ file }) => file.includes('aging.test')))
    .map((frames) => frames[0]!.functionName);
}

async function collected(condition: () => boolean): Promise<void> {
  await until(() => {
    globalThis.gc!();
    return condition();
  });
}

/** Promises held so that nothing of theirs is collected. */
const held: unknown[] = [];

describe('Aging', () => {
  let engine: FollowEngine;

  afterEach(() => {
    engine.stop();
    held.length = 0;
  });

  for (const sampling of [1, 'all'] as const) {
    it(`counts each abandoned task as lost, once, and removes its rows (sampling ${sampling})`, async () => {
      engine = start({ sampling, maxTasks: Infinity });
      for (let i = 0; i < 100; i++) void caller(never());
      await settled();
      await collected(() => engine.counts.lostTasks >= 100);
      await collected(() => engine.registry.live < 50);
      await settled();
      assert.equal(engine.counts.lostTasks, 100);
      assert.deepEqual(seen(engine), []);
      engine.registry.check();
    });
  }

  it('counts lost tasks that the live set of captures has no room for', async () => {
    engine = start({ sampling: 'all', maxTasks: 16 });
    for (let i = 0; i < 100; i++) void caller(never());
    await settled();
    await collected(() => engine.counts.lostTasks >= 100);
    await collected(() => engine.registry.live < 50);
    const { lostTasks, estimatedLostTasks } = engine.counts;
    assert.deepEqual([lostTasks, estimatedLostTasks], [100, 100]);
    assert.equal(engine.lost.sinceStart.contributions().length, 100, 'each is reported once');
  });

  it('makes no tasks of the callers of lost tasks', async () => {
    engine = start(NEARLY_UNREAD);
    const live = never();
    for (let i = 0; i < 50; i++) held.push(caller(never()));
    held.push(caller(live), live);
    await settled();
    await collected(() => engine.counts.lostTasks === 50);
    assert.deepEqual(seen(engine), ['leaf']);
    engine.registry.check();
  });

  it('keeps the join of several tasks, some of which are lost', async () => {
    engine = start(NEARLY_UNREAD);
    const live = never();
    async function joins(): Promise<void> {
      await Promise.all([leaf(live), leaf(never())]);
    }
    for (let i = 0; i < 20; i++) held.push(joins());
    held.push(live);
    await settled();
    await collected(() => engine.counts.lostTasks === 20);
    assert.equal(seen(engine).filter((name) => name === 'joins').length, 20);
  });

  it('lets go of everything that is due, however much there is', async () => {
    engine = start();
    const references: WeakRef<Promise<void>>[] = [];
    for (let i = 0; i < 20_000; i++) {
      const promise = never();
      references.push(new WeakRef(promise));
      void leaf(promise);
    }
    await collected(() => references.every((reference) => reference.deref() === undefined));
  });

  for (const [what, options] of Object.entries({
    'a walk': {},
    'no walk': NEARLY_UNREAD,
    'a capture': { sampling: 'all' },
  })) {
    it(`reads labels for the last time when it lets go of a promise, with ${what}`, async () => {
      engine = start(options);
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      const span = new TracerProvider().getTracer('test').startSpan('request');
      held.push(context.with(trace.setSpan(ROOT_CONTEXT, span), () => leaf(never())));
      context.disable();
      const row = [...engine.registry.byAge()].at(-1)!;
      span.setAttribute('http.route', '/orders');
      await until(() => engine.registry.firstStrong === 0);
      span.setAttribute('http.route', '/later');
      assert.deepEqual(engine.reader.contextAt(row)?.labels.values, { 'http.route': '/orders' });
      assert.equal(engine.registry.contextOf(row), undefined);
    });
  }

  it('is asked for with the first park that is held, and with each first one after none', () => {
    const registry = new TaskRegistry();
    let asked = 0;
    registry.onFirstStrong = () => asked++;
    const park = (): number => {
      registry.find({});
      return registry.register({}, {}, ROOT_CONTEXT, 0, 0, 1);
    };
    const rows = [park(), park()];
    assert.equal(asked, 1);
    for (const row of rows) registry.letGo(row, undefined);
    park();
    assert.equal(asked, 2);
    registry.close();
  });

  it('leaves waiters of a shared promise the stack of those that were captured', async () => {
    engine = start({ strongMillis: 60_000 });
    const shared = never();
    const wait = (count: number): void => {
      for (let i = 0; i < count; i++) held.push(leaf(shared));
    };
    wait(100);
    await settled();
    // Who can't be walked makes the next ones captured.
    engine.sample(EVERYTHING);
    // More than there are WeakRefs for.
    wait(9_900);
    await settled();
    engine.sample(EVERYTHING);
    const aging = new Aging(engine, 0, () => undefined);
    aging.run(performance.now(), Infinity, Infinity);
    assert.equal(seen(engine).filter((name) => name === 'leaf').length, 10_000);
  });

  it('keeps a bounded number of WeakRefs and cells', async () => {
    engine = start({ strongMillis: 60_000 });
    const aging = new Aging(engine, 0, () => undefined);
    const all = Array.from({ length: 20_000 }, never);
    held.push(all, all.map(leaf));
    aging.run(Infinity, 0, Infinity);
    assert.deepEqual(aging.kept, { watched: 8_192, weakRefs: 8_192 });
    aging.clear();
    assert.deepEqual(aging.kept, { watched: 0, weakRefs: 0 });
  });

  it('forgets what it keeps for a link together with the await on it', async () => {
    engine = start({ strongMillis: 60_000 });
    const { registry } = engine;
    const aging = new Aging(engine, 0, () => undefined);
    const gates: (() => void)[] = [];
    async function overLink(): Promise<void> {
      await new Promise<void>((resolve) => gates.push(resolve)).then(() => undefined);
    }
    const all = Array.from({ length: 100 }, overLink);
    const rows = [...registry.byAge()];
    const links = rows.filter((row) => registry.shape(row) === RowShape.link);
    assert.ok(links.length >= 100);
    aging.run(Infinity, 0, Infinity);
    assert.ok(aging.kept.weakRefs >= 200, JSON.stringify(aging.kept));
    const linkSet = new Set(links);
    for (const row of rows) if (!linkSet.has(row)) aging.onRelease(row);
    assert.deepEqual(aging.kept, { watched: 0, weakRefs: 0 });
    for (const open of gates) open();
    await Promise.all(all);
  });

  it('is told when an await goes whose link has aged, though it has not aged itself', () => {
    engine = start({ strongMillis: 60_000 });
    const { registry } = engine;
    async function overLink(): Promise<void> {
      await never().then(() => undefined);
    }
    // The first ones were captured. A batch of 64 rows ends between a link and its await then.
    for (let i = 0; i < 100; i++) held.push(overLink());
    const captured = registry.live;
    const one = never();
    held.push(leaf(one));
    for (let i = 0; i < 1_000; i++) held.push(overLink());
    const aging = new Aging(engine, 0, () => undefined);
    const now = performance.now();
    const isBetween = (row: number): boolean =>
      registry.shape(row) === RowShape.link && registry.firstStrong === registry.outer(row);
    do aging.run(now, 0, 0);
    while ([...registry.byAge()].indexOf(registry.firstStrong) < captured);
    const link = [...registry.byAge()].find(isBetween);
    assert.ok(link !== undefined, 'a batch ends between a link and its await');
    assert.ok(registry.isNoted(registry.outer(link)));
  });
});
