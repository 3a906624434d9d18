import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { TaskProfiler } from '../../src/index.ts';
import { gate, settled, type Gate } from '../support/settled.ts';
import { expectTasks } from '../support/tasks.ts';

const file = fileURLToPath(import.meta.url);

/** More events than are kept to compare later ones of the same run with. */
const MANY = 1_000;

describe('certainty of counts', () => {
  let profiler: TaskProfiler;
  let end: Gate;

  async function leaf(): Promise<void> {
    await end.promise;
  }
  async function first(): Promise<void> {
    await end.promise;
  }

  function firstThenMany(): Promise<void> {
    const promise = first();
    for (let i = 0; i < MANY; i++) void leaf();
    return promise;
  }

  beforeEach(() => {
    end = gate();
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
  });
  afterEach(async () => {
    end.open();
    await settled();
    profiler.stop();
  });

  it('stays where a long run starts tasks one after another, then waits for all and for an older promise', async () => {
    async function startsMany(): Promise<void> {
      const all = Array.from({ length: MANY }, leaf);
      await Promise.resolve();
      for (let i = 0; i < MANY; i++) all.push(leaf());
      await Promise.race([Promise.all(all), end.promise]);
    }
    void startsMany();
    await settled();
    const snapshot = profiler.snapshot();
    expectTasks(
      snapshot,
      [
        { at: 'leaf', tasks: 2 * MANY },
        { at: 'startsMany', tasks: 1 },
      ],
      { file },
    );
    assert.equal(snapshot.samplingProbability, 1);
  });

  it('stays where a call parks after it has started many others', () => {
    async function child(): Promise<void> {
      for (let i = 0; i < MANY; i++) void leaf();
      await end.promise;
    }
    async function parent(): Promise<void> {
      await child();
    }
    void parent();
    const snapshot = profiler.snapshot();
    expectTasks(
      snapshot,
      [
        { at: 'leaf', tasks: MANY },
        { at: 'child', tasks: 1 },
      ],
      { file },
    );
    assert.equal(snapshot.samplingProbability, 1);
  });

  it('is not claimed where a call lies so far back in its expression that it is forgotten', () => {
    async function direct(): Promise<void> {
      await firstThenMany();
    }
    async function overLink(): Promise<void> {
      await firstThenMany().catch(() => undefined);
    }
    for (const start of [direct, overLink]) {
      profiler.stop();
      profiler.start();
      void start();
      assert.ok(profiler.snapshot().samplingProbability < 1, start.name);
    }
  });

  it('is not claimed where several links lie between the await and a call that is forgotten', () => {
    async function caller(): Promise<void> {
      await firstThenMany()
        .then(() => undefined)
        .finally(() => undefined);
    }
    void caller();
    assert.ok(profiler.snapshot().samplingProbability < 1);
  });

  it('is not claimed by a profiler that does not run, nor by an interval that outlives it', () => {
    void leaf();
    const interval = profiler.openInterval()!;
    profiler.stop();
    assert.ok(interval.end().samplingProbability < 1);
    assert.equal(profiler.snapshot().samplingProbability, 0);
    assert.equal(profiler.snapshot().totalTasks, 0);
  });

  it('outlives that stacks are forgotten in the middle of a run', () => {
    // Each call has a stack of its own: 2 ** 15 of them and as many inner nodes are more than the table keeps.
    async function middle(): Promise<void> {
      await leaf();
    }
    async function caller(): Promise<void> {
      await middle();
    }
    function left(depth: number): void {
      fork(depth);
    }
    function right(depth: number): void {
      fork(depth);
    }
    function fork(depth: number): void {
      if (depth === 0) return void caller();
      left(depth - 1);
      right(depth - 1);
    }
    fork(15);
    const snapshot = profiler.snapshot();
    expectTasks(snapshot, [{ at: 'leaf', tasks: 2 ** 15, callers: ['middle', 'caller', 'fork'] }], { file });
    assert.equal(snapshot.samples.length, 2 ** 15);
    assert.equal(snapshot.samplingProbability, 1);
  });
});
