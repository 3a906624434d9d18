import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setImmediate as turn, setInterval as ticks, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TaskProfiler, type TaskSample } from '../../src/index.ts';
import { listing, matchesName, sourceLine } from '../support/frames.ts';
import { settled } from '../support/settled.ts';
import { expectTasks } from '../support/tasks.ts';

const FILE = fileURLToPath(import.meta.url);

describe('operations', () => {
  let profiler: TaskProfiler;

  beforeEach(() => {
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity, foldInternals: false });
    profiler.start();
  });

  afterEach(() => profiler.stop());

  /** Expects one task in this file: in `waitsFor`, with exactly these frames before its await and this text on its line. */
  async function expectOperation(operation: readonly string[], line: string): Promise<void> {
    await settled();
    expectTasks(profiler.snapshot(), [{ at: 'waitsFor', tasks: 1, operation, line }], { file: FILE });
  }

  it('names timers/promises setTimeout', async () => {
    (async function waitsFor() {
      await sleep(1_000_000, undefined, { ref: false });
    })();
    await expectOperation(['node:timers/promises setTimeout'], 'await sleep');
  });

  it('names timers/promises setImmediate in the very turn', async () => {
    const done = (async function waitsFor() {
      await turn();
    })();
    const operation = ['node:timers/promises setImmediate'];
    expectTasks(profiler.snapshot(), [{ at: 'waitsFor', tasks: 1, operation }], { file: FILE });
    await done;
  });

  it('puts the await of timers/promises setInterval into its generator', async () => {
    const stop = new AbortController();
    const done = (async function waitsFor() {
      for await (const _ of ticks(1_000_000, undefined, { signal: stop.signal })) return;
    })().catch(() => {});
    await settled();
    expectTasks(profiler.snapshot(), [{ at: 'setInterval', tasks: 1, callers: ['waitsFor'] }], { file: FILE });
    stop.abort();
    await done;
  });

  it('names events.once', async () => {
    const emitter = new EventEmitter();
    const done = (async function waitsFor() {
      await once(emitter, 'value');
    })();
    await expectOperation(['node:events once'], 'await once');
    emitter.emit('value');
    await done;
  });

  it('names a helper that makes the promise', async () => {
    let open = (): void => {};
    const barrier = (): Promise<void> => new Promise((resolve) => (open = resolve));
    const entered = (): Promise<void> => barrier();
    const done = (async function waitsFor() {
      await entered();
    })();
    await expectOperation(['barrier', 'entered'], 'await entered');
    open();
    await done;
  });

  it('names a helper behind .then(), .catch() and .finally()', async () => {
    let open = (): void => {};
    const barrier = (): Promise<void> => new Promise((resolve) => (open = resolve));
    const done = (async function waitsFor() {
      await barrier()
        .then(() => 1)
        .catch(() => 2)
        .finally(() => {});
    })();
    await settled();
    expectTasks(profiler.snapshot(), [{ at: 'waitsFor', tasks: 1, operation: ['barrier'] }], { file: FILE });
    open();
    await done;
  });

  it('names a helper after a resume', async () => {
    let open = (): void => {};
    const barrier = (): Promise<void> => new Promise((resolve) => (open = resolve));
    const done = (async function waitsFor() {
      await turn();
      await barrier();
    })();
    await expectOperation(['barrier'], 'await barrier');
    open();
    await done;
  });

  it('names a promisified function', async () => {
    let open = (): void => {};
    const wait = promisify((callback: (error: null) => void) => (open = () => callback(null)));
    const done = (async function waitsFor() {
      await wait();
    })();
    await settled();
    const { awaitIndex, stack } = theOnly(samplesAt('waitsFor'));
    assert.equal(awaitIndex, 1);
    assert.equal(stack[0]?.file, 'node:internal/util');
    open();
    await done;
  });

  it('names no operation for a promise that is older', async () => {
    let open = (): void => {};
    const older = new Promise<void>((resolve) => (open = resolve));
    await settled();
    const done = (async function waitsFor() {
      await older;
    })();
    await expectOperation([], 'await older');
    open();
    await done;
  });

  it('names fetch', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const done = (async function waitsFor() {
      await fetch(`http://127.0.0.1:${port}`);
    })().catch(() => {});
    await once(server, 'request');
    const { awaitIndex, stack } = theOnly(samplesAt('waitsFor'));
    assert.ok(awaitIndex > 0, listing(profiler.snapshot().samples));
    assert.ok(stack.slice(0, awaitIndex).every(({ file }) => file.startsWith('node:')));
    assert.equal(stack[awaitIndex - 1]?.functionName, 'fetch');
    assert.match(sourceLine(stack[awaitIndex]!), /await fetch/);
    server.closeAllConnections();
    server.close();
    await done;
  });

  function samplesAt(name: string): TaskSample[] {
    return profiler
      .snapshot()
      .samples.filter(({ stack, awaitIndex }) => matchesName(stack[awaitIndex]!.functionName, name));
  }

  function theOnly(samples: readonly TaskSample[]): TaskSample {
    assert.equal(samples.length, 1, listing(profiler.snapshot().samples));
    assert.equal(samples[0]!.tasks, 1);
    return samples[0]!;
  }
});
