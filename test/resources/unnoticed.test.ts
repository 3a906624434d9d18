import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { fixture, runNode } from '../support/child.ts';
import { DEFAULT_TASK_LABEL_CONFIG } from '../../src/config/labels.ts';
import { TaskProfiler } from '../../src/index.ts';
import { isOwnWork, runAsOwn } from '../../src/base/own-context.ts';
import { canLeaveOutPromises } from '../../src/resources/async-hook.ts';
import { ResourceEngine } from '../../src/resources/resource-engine.ts';
import { listOf } from '../support/resources.ts';
import { settled, until } from '../support/settled.ts';

const OPTIONS = { maxResources: 100, overheadBudget: 0.01, maxStackDepth: 64, labels: DEFAULT_TASK_LABEL_CONFIG };

class Holder {
  readonly bytes = new Uint8Array(1_024);

  /** Its receiver is on the captured stack, and nothing else keeps it. */
  set(): NodeJS.Timeout {
    return setTimeout(() => undefined, 600_000);
  }
}

async function collected(references: readonly WeakRef<object>[]): Promise<void> {
  await until(() => {
    globalThis.gc!();
    return references.every((reference) => reference.deref() === undefined);
  });
}

describe('the profile of resources, to the application', () => {
  let said: DiagLines;

  beforeEach(() => (said = recordDiag()));
  afterEach(() => said.stop());

  it('keeps neither what made a resource nor an ended resource alive', async () => {
    const profiler = new TaskProfiler({ resources: { sampling: 'all' } });
    profiler.start();
    const timers: NodeJS.Timeout[] = [];
    const references = ((): WeakRef<object>[] => {
      const holder = new Holder();
      timers.push(holder.set());
      const cleared = setTimeout(() => undefined, 600_000);
      clearTimeout(cleared);
      return [new WeakRef(holder), new WeakRef(cleared)];
    })();
    await collected(references);
    assert.deepEqual(listOf('set', profiler.resourceSnapshot()), ['1 timer pending']);
    clearTimeout(timers[0]);
    profiler.stop();
  });

  it('leaves no hook, no subscription and no mark after a stop, however often it was started', async () => {
    // Where promises are tracked, by somebody else as well, each has its async id on it.
    const before = Object.getOwnPropertySymbols(Promise.resolve());
    for (let i = 0; i < 3; i++) {
      const profiler = new TaskProfiler({ resources: true });
      profiler.start();
      profiler.start();
      assert.equal(channel('http.client.request.created').hasSubscribers, true);
      assert.equal(
        runAsOwn(() => isOwnWork()),
        true,
      );
      profiler.stop();
      profiler.stop();
    }
    assert.equal(channel('http.client.request.created').hasSubscribers, false);
    assert.equal(
      runAsOwn(() => isOwnWork()),
      false,
    );
    await settled();
    assert.deepEqual(Object.getOwnPropertySymbols(Promise.resolve()), before);
  });

  it('leaves promises as they are where the runtime can leave them out, else says so once', () => {
    const profilers = [1, 2].map(() => new TaskProfiler({ resources: true }));
    for (const profiler of profilers) profiler.start();
    const symbols = Object.getOwnPropertySymbols(Promise.resolve());
    for (const profiler of profilers) profiler.stop();
    if (canLeaveOutPromises()) {
      assert.deepEqual(symbols, []);
      assert.deepEqual(said.lines, []);
    } else assert.ok(said.lines.length <= 1);
  });

  it('knows runtimes by what they do, as their versions say', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const knows = major >= 26 || (major === 24 && minor >= 14);
    // Line 22 may get it with 22.24.
    if (major !== 22 || minor < 24) assert.equal(canLeaveOutPromises(), knows);
  });

  it('throws nothing into the application at a fault, says so and ends', async () => {
    let isBroken = false;
    const random = (): number => {
      if (isBroken) throw new Error('no randomness');
      return 0.5;
    };
    const engine = new ResourceEngine({ ...OPTIONS, sampling: 0.9, random });
    isBroken = true;
    for (let i = 0; i < 10; i++) clearTimeout(setTimeout(() => undefined, 1));
    assert.equal(engine.running, false);
    await settled();
    assert.equal(engine.counts.faults, 1);
    assert.deepEqual(
      said.lines.filter((line) => line.startsWith('error')),
      ['error otel-taskprof: the profile of resources is switched off: no randomness'],
    );
    assert.equal(channel('http.client.request.created').hasSubscribers, false);
    assert.doesNotReject(readFile(import.meta.filename));
  });

  it('leaves Error.stackTraceLimit and Error.prepareStackTrace as they are', async () => {
    const before = [Error.stackTraceLimit, Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')];
    const engine = new ResourceEngine({ ...OPTIONS, sampling: 'all', random: Math.random });
    const timer = setTimeout(() => undefined, 1_000);
    assert.ok(engine.live().length > 0);
    await settled();
    clearTimeout(timer);
    engine.stop();
    assert.deepEqual([Error.stackTraceLimit, Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')], before);
  });

  for (const sampling of ['all', '0.01']) {
    it(`leaves a stack overflow, an exit code and an end to the process (sampling ${sampling})`, async () => {
      const { stdout, stderr, exitCode } = await runNode([fixture('resources/overflow.mjs'), sampling]);
      assert.equal(stderr, '');
      assert.equal(stdout, 'RangeError\n'.repeat(20) + 'running true\nexit 5\n');
      assert.equal(exitCode, 5);
    });
  }
});
