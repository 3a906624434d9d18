import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { TaskProfiler } from '../../src/index.ts';
import { gate, settled, until } from '../support/settled.ts';
import { expectNoTasks, expectTasks } from '../support/tasks.ts';

const file = fileURLToPath(import.meta.url);

async function leaf(...promises: Promise<void>[]): Promise<void> {
  for (const promise of promises) await promise;
}

async function outer(...promises: Promise<void>[]): Promise<void> {
  await leaf(...promises);
}

describe('start and stop', () => {
  let profiler: TaskProfiler;

  beforeEach(() => (profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity })));
  afterEach(() => profiler.stop());

  it('does not see tasks parked before the start, until they park again', async () => {
    const [a, b] = [gate(), gate()];
    const done = outer(a.promise, b.promise);
    profiler.start();
    expectNoTasks(profiler.snapshot(), { file });
    a.open();
    await settled();
    expectTasks(profiler.snapshot(), [{ at: 'leaf', tasks: 1, callers: ['outer'] }], { file });
    b.open();
    await done;
  });

  it('drops what is parked at the stop, and does not see it after a new start', async () => {
    const a = gate();
    profiler.start();
    const done = outer(a.promise);
    expectTasks(profiler.snapshot(), [{ at: 'leaf', tasks: 1 }], { file });
    profiler.stop();
    expectNoTasks(profiler.snapshot());
    profiler.start();
    expectNoTasks(profiler.snapshot(), { file });
    a.open();
    await done;
    expectNoTasks(profiler.snapshot(), { file });
  });

  it('counts once after two starts', async () => {
    const a = gate();
    profiler.start();
    profiler.start();
    const done = outer(a.promise);
    expectTasks(profiler.snapshot(), [{ at: 'leaf', tasks: 1 }], { file });
    profiler.stop();
    assert.equal(profiler.running, false);
    outer(a.promise);
    expectNoTasks(profiler.snapshot());
    a.open();
    await done;
  });

  it('counts exactly in two profilers at the same time', async () => {
    const [a, b] = [gate(), gate()];
    const other = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
    const first = outer(a.promise);
    other.start();
    const second = outer(a.promise, b.promise);
    expectTasks(profiler.snapshot(), [{ at: 'leaf', tasks: 2 }], { file });
    expectTasks(other.snapshot(), [{ at: 'leaf', tasks: 1 }], { file });
    a.open();
    await first;
    await settled();
    for (const one of [profiler, other]) expectTasks(one.snapshot(), [{ at: 'leaf', tasks: 1 }], { file });
    other.stop();
    b.open();
    await second;
    await settled();
    expectNoTasks(profiler.snapshot(), { file });
  });

  it('reports certainty where every task is captured', async () => {
    const a = gate();
    profiler.start();
    const done = outer(a.promise);
    const { samplingProbability, droppedTasks, samples } = profiler.snapshot();
    assert.equal(samplingProbability, 1);
    assert.equal(droppedTasks, 0);
    assert.ok(samples.length > 0 && samples.every(({ standardError }) => standardError === 0));
    a.open();
    await done;
  });

  it('measures the wait from the park, anew after each resume', async () => {
    const [a, b] = [gate(), gate()];
    const waited = () =>
      profiler.snapshot().samples.find(({ stack }) => stack[0]?.functionName === 'leaf')!.oldestWaitMillis;
    const slack = 1;
    profiler.start();
    const before = performance.now();
    const done = outer(a.promise, b.promise);
    const parked = performance.now();
    await until(() => performance.now() - parked > 20);
    const atLeast = performance.now() - parked;
    const first = waited();
    assert.ok(first >= atLeast - slack && first <= performance.now() - before + slack, `${first} ms`);
    const resumed = performance.now();
    a.open();
    await settled();
    const second = waited();
    assert.ok(second <= performance.now() - resumed + slack, `${second} ms`);
    b.open();
    await done;
  });
});
