import { context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import type { PromiseHook } from '../capture/promise-hook.ts';
import type { AwaiterWalker } from './awaiter-walker.ts';
import type { RootSampler } from './root-sampler.ts';
import { CAPTURED, type TaskRegistry } from './task-registry.ts';

/** One of so many events is timed: two readings of the clock. */
const TIMED_EVENTS = 64;

/** What the hook needs of its engine. */
export interface HookHost {
  /** The first engine's hook, called for everything. */
  readonly parkHook: PromiseHook;
  /** When the live tasks are looked at next, monotonic milliseconds. */
  nextMomentAt: number;
  /** That is within a millisecond or two: resumes look at the clock as well. */
  readonly isMomentNear: boolean;
  /** It is that time, or later. */
  onMoment(): void;
  /** A park of which something is known resumes; its row is still there. */
  onResume(row: number): void;
  /** Somebody awaits a promise that several await. */
  onShared(): void;
  /** So many events were followed, of which the last took so long. */
  onEvents(events: number, lastMillis: number): void;
  onFault(fault: unknown): void;
}

export interface FollowHook {
  readonly init: (promise: object, parent?: object) => void;
  readonly before: (promise: object) => void;
  readonly after: () => void;
}

/** In no job; in the job of a followed task; in one of another. Numbers: a string stored is a note to the garbage collector. */
const Mode = { outside: 0, followed: 1, unfollowed: 2 } as const;

/**
 * The three promise hooks: keep the registry, and hand what is followed on to the first engine. Allocates only what the
 * registry holds; where the application has used up the stack an event is missed.
 */
export function createFollowHook(
  registry: TaskRegistry,
  roots: RootSampler,
  walker: AwaiterWalker,
  host: HookHost,
): FollowHook {
  let mode: number = Mode.outside;
  let unit = 0;
  let probability = 1;
  let eventsToTiming = TIMED_EVENTS;
  let busy = false;
  /** In a job the live tasks are looked at when it has ended: the one that runs is not among them. */
  let isMomentDue = false;

  function init(promise: object, parent?: object): void {
    if (walker.walking || busy) return;
    if (mode !== Mode.unfollowed) {
      busy = true;
      try {
        if (mode === Mode.outside && !roots.isAll && !roots.follows(parent === undefined))
          registry.skip(promise, parent);
        else if (--eventsToTiming <= 0) timed(promise, parent);
        else follow(promise, parent);
      } catch (fault) {
        host.onFault(fault);
      } finally {
        busy = false;
      }
    }
    host.parkHook.init(promise, parent);
  }

  function follow(promise: object, parent: object | undefined): void {
    if (parent === undefined) {
      registry.noteMade(promise);
      return;
    }
    const now = registry.find(parent) ? registry.lastParkedAt : nowMillis();
    if (now >= host.nextMomentAt) {
      if (mode === Mode.outside) takeMoment();
      else isMomentDue = true;
    }
    const isOutside = mode === Mode.outside;
    registry.register(
      promise,
      parent,
      context.active(),
      now,
      isOutside ? roots.unit : unit,
      isOutside ? roots.unitProbability : probability,
    );
    if (registry.awaitsShared) host.onShared();
  }

  function timed(promise: object, parent: object | undefined): void {
    eventsToTiming = TIMED_EVENTS;
    const startedAt = nowMillis();
    follow(promise, parent);
    host.onEvents(TIMED_EVENTS, nowMillis() - startedAt);
  }

  function before(promise: object): void {
    if (walker.walking || busy) return;
    try {
      if (isMomentDue || (host.isMomentNear && nowMillis() >= host.nextMomentAt)) takeMoment();
      const row = registry.resume(promise);
      if (row < 0) {
        enter(roots.isAll, 0, 1);
        if (row === CAPTURED) host.parkHook.before(promise);
        else host.parkHook.beginRun();
      } else {
        // Where all is followed now, all that starts from now on is so with certainty.
        if (roots.isAll) enter(true, 0, 1);
        else enter(true, registry.unit(row), registry.probability(row));
        if (registry.isNoted(row)) host.onResume(row);
        registry.release(row);
        host.parkHook.beginRun();
      }
    } catch (fault) {
      host.onFault(fault);
    }
  }

  function takeMoment(): void {
    isMomentDue = false;
    try {
      host.onMoment();
    } catch (fault) {
      host.onFault(fault);
    }
  }

  function enter(isFollowed: boolean, ofUnit: number, withProbability: number): void {
    mode = isFollowed ? Mode.followed : Mode.unfollowed;
    unit = ofUnit;
    probability = withProbability;
  }

  function after(): void {
    if (walker.walking || busy) return;
    const isFollowed = mode === Mode.followed;
    mode = Mode.outside;
    if (!isFollowed) return;
    registry.endRun();
    if (isMomentDue) takeMoment();
  }

  return { init, before, after };
}
