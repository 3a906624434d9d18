import assert from 'node:assert/strict';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { CAPTURED, NONE, RowShape } from '../../src/follow/row-layout.ts';
import { TaskRegistry } from '../../src/follow/task-registry.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { FollowEngine } from '../../src/follow/follow-engine.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { NO_MEMORY, refuseArrays } from '../support/no-memory.ts';
import { seededRandom } from '../support/seeded-random.ts';

function pending(): Promise<void> {
  return new Promise<void>(() => undefined);
}

/** As the promise hook does it; `now` where the clock would be read. */
function park(registry: TaskRegistry, parent: object, now: number): { row: number; promise: object } {
  const promise = pending();
  const parkedAt = registry.find(parent) ? registry.lastParkedAt : now;
  return { row: registry.register(promise, parent, ROOT_CONTEXT, parkedAt, 7, 0.5), promise };
}

describe('TaskRegistry', () => {
  let registry: TaskRegistry;
  beforeEach(() => (registry = new TaskRegistry()));
  afterEach(() => registry.close());

  it('keeps the numbers of each row apart while it grows', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => park(registry, pending(), i).row);
    registry.check();
    assert.deepEqual(
      rows.map((row) => [registry.parkedAt(row), registry.unit(row), registry.probability(row), registry.shape(row)]),
      rows.map((_, i) => [i, 7, 0.5, RowShape.leaf]),
    );
  });

  it('stays what it is where it can not grow, and goes on once it can', () => {
    const allow = refuseArrays();
    try {
      assert.throws(
        () => Array.from({ length: 5_000 }, (_, i) => park(registry, pending(), i)),
        new RangeError(NO_MEMORY),
      );
      const { live } = registry;
      assert.throws(() => park(registry, pending(), 5_000), new RangeError(NO_MEMORY));
      assert.equal(registry.live, live);
      registry.check();
    } finally {
      allow();
    }
    const { row } = park(registry, pending(), 5_000);
    assert.equal(registry.parkedAt(row), 5_000);
    registry.check();
  });

  it('has an await park with the call that it waits for, where nothing was in between', () => {
    const call = pending();
    registry.noteMade(call);
    park(registry, pending(), 100);
    const { row } = park(registry, call, 200);
    assert.equal(registry.parkedAt(row), 100);
    assert.equal(registry.shape(row), RowShape.joint);
  });

  it('has an await park at its own time where something was in between', () => {
    const call = pending();
    registry.noteMade(call);
    park(registry, pending(), 100);
    registry.noteMade(pending());
    const { row } = park(registry, call, 200);
    assert.equal(registry.parkedAt(row), 200);
  });

  it('has an await on something else park at its own time', () => {
    park(registry, pending(), 100);
    assert.equal(registry.parkedAt(park(registry, pending(), 200).row), 200);
  });

  it('tells a captured park that is no row when it resumes, once', () => {
    const captured = pending();
    registry.markCaptured(captured);
    assert.equal(registry.rowOf(captured), NONE);
    assert.equal(registry.resume(captured), CAPTURED);
    assert.equal(registry.resume(captured), NONE);
  });

  it('keeps its invariants while tasks call, fork, join and end', async () => {
    const options = resolveTaskProfilerOptions({ sampling: 1, overheadBudget: 0.000_01 });
    const engine = startEngine({ ...options, random: Math.random });
    assert.ok(engine instanceof FollowEngine);
    try {
      const random = seededRandom(1);
      await Promise.all(Array.from({ length: 20 }, () => ramble(engine.registry, random, 6)));
    } finally {
      engine.stop();
    }
  });
});

async function ramble(checked: TaskRegistry, random: () => number, depth: number): Promise<void> {
  checked.check();
  const deeper = (): Promise<void> => (depth === 0 ? Promise.resolve() : ramble(checked, random, depth - 1));
  const choice = Math.floor(random() * 6);
  if (choice === 0) await deeper();
  else if (choice === 1) await Promise.all([deeper(), deeper()]);
  else if (choice === 2) await deeper().then(() => deeper());
  else if (choice === 3) await new Promise((resolve) => setImmediate(resolve));
  else if (choice === 4) {
    const started = deeper();
    await deeper();
    await started;
  } else {
    // The wrapper of a value is a row of its own.
    // eslint-disable-next-line @typescript-eslint/await-thenable
    await undefined;
  }
  checked.check();
}
