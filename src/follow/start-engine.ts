import { diag } from '@opentelemetry/api';
import { toError } from '../base/errors.ts';
import { ParkEngine } from '../capture/park-engine.ts';
import { StackKeeper } from '../capture/stack-keeper.ts';
import type { CaptureOptions, TaskEngine } from '../capture/task-engine.ts';
import { AwaiterWalker } from './awaiter-walker.ts';
import { FollowEngine } from './follow-engine.ts';
import { whyNoWalks } from './self-test.ts';
import { waiterWalk } from './waiter-walk.ts';

let told: string | undefined;

/** The engine that follows tasks; the one that only captures where stacks can't be walked in this process. */
export function startEngine(options: CaptureOptions): TaskEngine {
  const keeper = new StackKeeper();
  const walker = walkerFor(keeper);
  if (walker instanceof AwaiterWalker) {
    const engine = new FollowEngine(options, walker, keeper);
    try {
      // Stacks can be walked and not be captured: intrinsics are frozen.
      if (!engine.running) engine.stop();
    } catch (thrown) {
      engine.stop();
      throw thrown;
    }
    return engine;
  }
  const engine = new ParkEngine(options);
  // Where there are no stacks at all that one says so itself.
  if (walker !== told && engine.running) {
    told = walker;
    diag.warn(`otel-taskprof: tasks are captured at their awaits only, and not followed: ${walker}`);
  }
  return engine;
}

/** Or why there is none. */
function walkerFor(keeper: StackKeeper): AwaiterWalker | string {
  try {
    const walker = new AwaiterWalker(keeper, waiterWalk());
    return whyNoWalks(walker, keeper) ?? walker;
  } catch (thrown) {
    return toError(thrown).message;
  }
}
