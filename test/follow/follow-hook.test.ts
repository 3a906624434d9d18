import assert from 'node:assert/strict';
import type { AwaiterWalker } from '../../src/follow/awaiter-walker.ts';
import { createFollowHook, type HookHost } from '../../src/follow/follow-hook.ts';
import type { RootSampler } from '../../src/follow/root-sampler.ts';
import type { TaskRegistry } from '../../src/follow/task-registry.ts';

describe('the hooks that follow tasks', () => {
  const overflow = new RangeError('Maximum call stack size exceeded');
  const fail = (): never => {
    throw overflow;
  };

  function hookOver(registry: Partial<TaskRegistry>, onFault: HookHost['onFault']) {
    const roots = { isAll: true, unit: 0, unitProbability: 1 } as unknown as RootSampler;
    const host = { nextMomentAt: Infinity, isMomentNear: false, onFault } as HookHost;
    const all = {
      find: () => false,
      resume: () => -1,
      endRun: () => undefined,
      ...registry,
    } as unknown as TaskRegistry;
    return createFollowHook(all, roots, { walking: false } as unknown as AwaiterWalker, host);
  }

  it('let nothing out of an event, and hand a fault on where the next job begins', () => {
    const told: unknown[] = [];
    let made = 0;
    const registry = { register: () => (made++ === 0 ? fail() : 0), awaitsShared: false };
    const hook = hookOver(registry, (fault) => void told.push(fault));
    hook.init({}, {});
    assert.deepEqual(told, []);
    hook.init({}, {});
    assert.equal(made, 2, 'events go on');
    hook.before({});
    hook.before({});
    assert.deepEqual(told, [overflow]);
  });

  it('let nothing out where telling the fault throws again, nor of who sees every event', () => {
    const hook = hookOver({ register: fail, resume: fail, endRun: fail }, fail);
    for (const observer of [undefined, { init: fail, before: fail, after: fail }]) {
      hook.observe(observer);
      hook.init({}, {});
      hook.before({});
      hook.after();
    }
  });

  it('let nothing out of the first engine', () => {
    const told: unknown[] = [];
    const hook = hookOver({ register: () => 0 }, (fault) => void told.push(fault));
    hook.attach({ init: fail, before: fail, beginRun: fail } as unknown as Parameters<typeof hook.attach>[0]);
    hook.init({}, {});
    hook.tellFault();
    assert.deepEqual(told, [overflow]);
  });
});
