import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { AwaiterWalker } from './awaiter-walker.ts';

const nothing = (): void => undefined;

/**
 * Walks a chain that is known. Why walks can't be trusted in this process, as text; undefined where they can: V8 may run
 * without async stacks, or do one day what nobody has promised.
 */
export function whyNoWalks(walker: AwaiterWalker, keeper: StackKeeper): string | undefined {
  const never = new Promise<void>(() => undefined);
  const shared = new Promise<void>(() => undefined);
  async function waits(): Promise<void> {
    await never;
  }
  async function calls(): Promise<void> {
    await waits();
  }
  // What fails in here shows in the walk.
  void calls().catch(nothing);
  void shared.then(nothing, nothing);
  void shared.then(nothing, nothing);
  const [known, unknown] = walker.walkAll([never, shared]);
  const found = keeper.framesOf(known!.stack).map(({ functionName }) => functionName);
  if (found.join() !== 'waits,calls') return `a walk of a known chain found [${found.join(', ')}]`;
  return unknown!.stack === 0 ? undefined : 'a walk found one of several waiters';
}
