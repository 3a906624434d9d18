// One variant of the benchmark `hook`, in a process of its own: prints what its awaits cost, as JSON.
import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks';
import { promiseHooks } from 'node:v8';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { PIECE_EVENTS } from '../../src/capture/promise-hook.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { TaskProfiler } from '../../src/profiler.ts';
import type { TaskProfilerOptions } from '../../src/config/options.ts';
import { nextTurn } from './measure.ts';

/** What is used beside the bare code, and what it takes to be sure that it was at work. */
type Start = () => Work;

interface Work {
  readonly stop: () => void;
  /** Throws where nothing was hooked. */
  readonly check?: () => void;
}

/** What one process measured. */
export interface AwaitCost {
  /** Of an await, in a window that nothing interrupted. */
  readonly nanos: number;
  /** Allocated by an await. */
  readonly bytes: number;
}

const WARM_UP_AWAITS = 400_000;
const WINDOW_AWAITS = 10_000;
const WINDOWS = 150;
/** Windows are short, so that most are not interrupted; collections of garbage hit one in ten or so and belong to the cost. */
const TYPICAL = 0.25;

const VARIANTS: Readonly<Record<string, Start>> = {
  bare: () => ({ stop: ignore }),
  'empty-2': () => hooked({ init: () => undefined, before: () => undefined }),
  'empty-3': () => hooked({ init: () => undefined, before: () => undefined, after: () => undefined }),
  followed: () => profiled({ sampling: 1 }, (followed) => followed > 0),
  'followed-waits': () => inInterval({ sampling: 1 }),
  'followed-0.1': () => profiled({ sampling: 0.1 }),
  'not-followed': () => profiled({ sampling: 1e-9 }, (followed) => followed === 0),
  'beside-followed': besideFollowed,
  adaptive: () => profiled({}),
  captured: capturing,
  'async-hooks-init': () => asyncHooks({ init: () => undefined }),
  'async-hooks-id': () => asyncHooks({ init: () => void executionAsyncId() }),
  'async-hooks-destroy': () => asyncHooks({ init: () => undefined, destroy: () => undefined }),
  'async-hooks-stack': stackPerPromise,
  'async-local-storage': asyncLocalStorage,
};

function ignore(): void {
  // Nothing to do.
}

function hooked(hooks: Parameters<typeof promiseHooks.createHook>[0]): Work {
  return { stop: promiseHooks.createHook(hooks) as () => void };
}

function profiled(options: TaskProfilerOptions, isRight: (followed: number) => boolean = Number.isFinite): Work {
  const profiler = new TaskProfiler(options);
  profiler.start();
  void parkForEver();
  return {
    stop: () => profiler.stop(),
    check: () => {
      if (!isRight(profiler.counts?.followed ?? NaN)) throw new Error('followed is not what was meant');
    },
  };
}

/** As while profiles are exported: means and waits are wanted. */
function inInterval(options: TaskProfilerOptions): Work {
  const profiler = new TaskProfiler(options);
  profiler.start();
  void parkForEver();
  const interval = profiler.openInterval()!;
  return {
    stop: () => {
      if (interval.end().totalWaitMillis === 0) throw new Error('no wait was seen');
      profiler.stop();
    },
  };
}

/** Its first piece is chosen, and no other: so one followed park is live while the others are not. */
function besideFollowed(): Work {
  let draws = 0;
  const profiler = new TaskProfiler({ sampling: 1e-9 }, () => (draws++ === 0 ? 0 : 0.5));
  profiler.start();
  void parkForEver();
  // The rest of the piece.
  for (let i = 0; i < PIECE_EVENTS; i++) void new Promise<void>(ignore);
  return {
    stop: () => profiler.stop(),
    check: () => {
      if (profiler.counts!.followed === 0) throw new Error('nothing is followed');
    },
  };
}

async function parkForEver(): Promise<void> {
  await new Promise<void>(ignore);
}

function capturing(): Work {
  const engine = new ParkEngine({ ...resolveTaskProfilerOptions({ sampling: 1e-12 }), random: Math.random });
  return { stop: () => engine.stop() };
}

function asyncHooks(callbacks: Parameters<typeof createHook>[0]): Work {
  const hook = createHook(callbacks).enable();
  return { stop: () => void hook.disable() };
}

/** What tools do that tell where each promise was made. */
function stackPerPromise(): Work {
  const stacks = new Map<number, object>();
  return asyncHooks({
    init: (id, type) => {
      if (type !== 'PROMISE') return;
      const holder = {};
      Error.captureStackTrace(holder);
      stacks.set(id, holder);
    },
    destroy: (id) => void stacks.delete(id),
  });
}

function asyncLocalStorage(): Work {
  const storage = new AsyncLocalStorage<number>();
  storage.enterWith(1);
  return { stop: () => storage.disable() };
}

async function child(): Promise<void> {
  await Promise.resolve();
}

/** Two awaits an iteration, one of an async function. */
async function awaits(count: number): Promise<void> {
  for (let i = 0; i < count / 2; i++) await child();
}

async function typicalNanos(windows: number): Promise<number> {
  const nanos: number[] = [];
  for (let window = 0; window < windows; window++) {
    const startedAt = process.hrtime.bigint();
    await awaits(WINDOW_AWAITS);
    nanos.push(Number(process.hrtime.bigint() - startedAt) / WINDOW_AWAITS);
    await nextTurn();
  }
  return nanos.sort((a, b) => a - b)[Math.floor(windows * TYPICAL)]!;
}

/** From a number of awaits that is too small for a scavenge. */
async function bytesPerAwait(): Promise<number> {
  await awaits(WINDOW_AWAITS);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await awaits(WINDOW_AWAITS);
  return (process.memoryUsage().heapUsed - before) / WINDOW_AWAITS;
}

async function measure(name: string, share: number): Promise<AwaitCost> {
  const start = VARIANTS[name];
  if (start === undefined) throw new Error(`no variant is named "${name}"`);
  const { stop, check } = start();
  await nextTurn();
  await awaits(WARM_UP_AWAITS * share);
  await nextTurn();
  check?.();
  const nanos = await typicalNanos(Math.ceil(WINDOWS * share));
  const bytes = await bytesPerAwait();
  stop();
  return { nanos, bytes };
}

// A stack for each promise takes so long that a tenth is enough.
const [name = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await measure(name, name === 'async-hooks-stack' ? 0.1 : 1)));
