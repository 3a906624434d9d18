import { context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import type { PromiseHook } from '../capture/promise-hook.ts';
import type { PromiseObserver } from '../capture/promise-observer.ts';
import type { AwaiterWalker } from './awaiter-walker.ts';
import type { RootSampler } from './root-sampler.ts';
import { CAPTURED } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** One of so many events is timed: two readings of the clock. */
const TIMED_EVENTS = 64;

// Of this module's own: an imported name is looked up at each use.
const now = nowMillis;
const contexts = context;
const captured: number = CAPTURED;

/** What the hook needs of its engine. */
export interface HookHost {
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
  /** The first engine's hook, called for everything from now on. */
  attach(parkHook: PromiseHook): void;
  /** Whether a reaction job runs. */
  readonly isInJob: boolean;
  /** Hands on what was thrown in an event, if anything was. */
  tellFault(): void;
  /** Who sees every event as well. */
  observe(observer: PromiseObserver | undefined): void;
}

/** What is called until the first engine is attached. */
const NOBODY: Pick<PromiseHook, 'init' | 'before' | 'beginRun'> = {
  init: () => undefined,
  before: () => undefined,
  beginRun: () => undefined,
};

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
  /** Thrown in an event, and told where the next job begins: the stack is shallow there. */
  let fault: unknown;
  /** In a job the live tasks are looked at when it has ended: the one that runs is not among them. */
  let isMomentDue = false;
  // Each function by itself: by way of an object they cost 5 ns an event more.
  let { init: capture, before: resumeCaptured, beginRun } = NOBODY;
  let observer: PromiseObserver | undefined;

  function init(promise: object, parent?: object): void {
    if (walker.walking || busy) return;
    try {
      if (mode !== Mode.unfollowed) {
        busy = true;
        if (mode === Mode.outside && !roots.isAll && !roots.follows(parent === undefined))
          registry.skip(promise, parent);
        else {
          const startedAt = --eventsToTiming > 0 ? 0 : now();
          // The same code, timed or not: one of its own for the timed ones would never be in the processor's caches, and take 3 times as long.
          follow(promise, parent);
          if (startedAt !== 0) endTiming(startedAt);
        }
        busy = false;
      }
      capture(promise, parent);
      if (observer !== undefined) observer.init(promise, parent);
    } catch (thrown) {
      // Only noted: where a recursion of the application has used up the stack any call would throw again.
      busy = false;
      fault = thrown;
    }
  }

  function follow(promise: object, parent: object | undefined): void {
    if (parent === undefined) {
      registry.noteMade(promise);
      return;
    }
    const parkedAt = registry.find(parent) ? registry.lastParkedAt : now();
    if (parkedAt >= host.nextMomentAt) {
      if (mode === Mode.outside) takeMoment();
      else isMomentDue = true;
    }
    const isOutside = mode === Mode.outside;
    registry.register(
      promise,
      parent,
      contexts.active(),
      parkedAt,
      isOutside ? roots.unit : unit,
      isOutside ? roots.unitProbability : probability,
    );
    if (registry.awaitsShared) host.onShared();
  }

  function endTiming(startedAt: number): void {
    const millis = now() - startedAt;
    eventsToTiming = TIMED_EVENTS;
    host.onEvents(TIMED_EVENTS, millis);
  }

  function before(promise: object): void {
    if (walker.walking || busy) return;
    try {
      if (fault !== undefined) tellFault();
      if (isMomentDue || (host.isMomentNear && now() >= host.nextMomentAt)) takeMoment();
      const row = registry.resume(promise);
      if (row < 0) {
        if (roots.isAll || !roots.decidesAnew()) enter(roots.isAll, 0, 1);
        else decideAnew();
        if (row === captured) resumeCaptured(promise);
        else beginRun();
      } else {
        resumeFollowed(row);
        beginRun();
      }
      if (observer !== undefined) observer.before(promise);
    } catch (thrown) {
      fault = thrown;
    }
  }

  function tellFault(): void {
    if (fault === undefined) return;
    const thrown = fault;
    fault = undefined;
    host.onFault(thrown);
  }

  function resumeFollowed(row: number): void {
    const chosenWith = registry.probability(row);
    if (roots.isAll) {
      // All that starts from now on is followed with certainty.
      enter(true, 0, 1);
    } else if (roots.decidesAnew()) {
      decideAnew();
    } else if (!roots.isTooMuch(chosenWith)) {
      enter(true, registry.unit(row), chosenWith);
    } else if (roots.keeps(chosenWith)) {
      // What was chosen for certain is of no unit: now it is one.
      enter(true, registry.unit(row) || roots.nextUnit(), roots.unitProbability);
    } else {
      enter(false, 0, 1);
    }
    if (registry.isNoted(row)) host.onResume(row);
    registry.release(row);
    if (mode === Mode.unfollowed) registry.leaveRun();
  }

  function decideAnew(): void {
    if (roots.chooses()) enter(true, roots.nextUnit(), roots.unitProbability);
    else enter(false, 0, 1);
  }

  function takeMoment(): void {
    isMomentDue = false;
    try {
      host.onMoment();
    } catch (thrown) {
      fault = thrown;
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
    try {
      if (observer !== undefined) observer.after();
      mode = Mode.outside;
      if (!isFollowed) return;
      registry.endRun();
      if (isMomentDue) takeMoment();
    } catch (thrown) {
      mode = Mode.outside;
      fault = thrown;
    }
  }

  function attach(parkHook: PromiseHook): void {
    ({ init: capture, before: resumeCaptured, beginRun } = parkHook);
  }

  function observe(one: PromiseObserver | undefined): void {
    observer = one;
  }

  return {
    init,
    before,
    after,
    attach,
    tellFault,
    observe,
    get isInJob() {
      return mode !== Mode.outside;
    },
  };
}
