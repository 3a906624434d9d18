import { executionAsyncId } from 'node:async_hooks';
import { type Context, context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { isOwnContext } from '../base/own-context.ts';
import { captureRawStack } from '../capture/call-sites.ts';
import { CapturedEvent } from '../capture/captured-event.ts';
import type { PromiseObserver } from '../capture/promise-observer.ts';
import type { Stamp } from '../capture/task-stamp.ts';
import { FollowedRun } from './followed-run.ts';
import { FollowedPark, type FollowedRoot } from './followed-task.ts';

/** Events of one run beyond these are not looked at: a loop that starts 100,000 tasks. */
const MAX_RUN_EVENTS = 1_024;

/** No callback that runs outside of a job. */
const NOWHERE = -1;

/** What Node calls no callback: jobs run in it, such as the one in which the hook began to look. */
const NO_CALLBACK = 0;

/** What the hook needs of its recorder. */
export interface TimelineHost {
  readonly captureDepth: number;
  /** Whether tasks are chosen by what is in their context. */
  readonly isByContext: boolean;
  /** Number of the root that was chosen last. */
  readonly lastRoot: number;
  /** A root begins outside of any job: followed or not. */
  beginRoot(): FollowedRoot | undefined;
  /** The root that began last has its first await; it is followed, or not. */
  meetRoot(followed: FollowedRoot | undefined): void;
  chooseByContext(active: Context): FollowedRoot | undefined;
  /** A run outside of any job has begun: nothing tells its end, so the hook has to be asked to end it in the next turn. */
  scheduleEnd(): void;
  /** A run of a followed root has ended. */
  onRun(run: FollowedRun): void;
  /** An event took so long. */
  spend(root: FollowedRoot, millis: number): void;
  /** Something was thrown in the hook, now or some events ago. */
  onFault(fault: unknown): void;
}

export interface TimelineHook extends PromiseObserver {
  /** What runs now, where it is followed. */
  readonly root: FollowedRoot | undefined;
  /** What runs outside of jobs is another callback from now on. */
  endCallback(): void;
  close(): void;
}

/**
 * Captures each event of what is followed, and leaves the rest for later. What is not followed costs a comparison in a job, outside
 * of jobs a look at the id of the callback, and in `before` the look for a stamp while something followed is parked.
 */
export function createTimelineHook(
  host: TimelineHost,
  stamp: Stamp<FollowedPark>,
  outermost?: PromiseObserver['init'],
  beginsInJob = false,
): TimelineHook {
  let isInJob = beginsInJob;
  /** Roots up to this one are of hooks before: their stamps are still there, and are not counted here. */
  const { lastRoot } = host;
  /** Which callback runs, outside of jobs, and whether it has come to an await yet. */
  let callback = NOWHERE;
  let isMet = false;
  let run: FollowedRun | undefined;
  /** Stamped promises that have not resumed. */
  let stamped = 0;
  let busy = false;
  let isClosed = false;
  let fault: unknown;

  function init(promise: object, parent?: object): void {
    if (run === undefined && !host.isByContext) {
      if (isInJob) return;
      if (executionAsyncId() === callback && (isMet || parent === undefined)) return;
    }
    guard(onEvent, promise, parent);
  }

  function before(promise: object): void {
    if (run !== undefined) guard(endRun);
    isInJob = true;
    callback = NOWHERE;
    if (stamped === 0) return;
    const park = stamp.get(promise);
    // It can come again: a promise that is resolved with another one has a job of its own for that.
    if (park === undefined || park.isOver || park.root.number <= lastRoot) return;
    park.isOver = true;
    stamped--;
    if (!park.root.isDone) run = new FollowedRun(park.root, park, nowMillis());
  }

  function after(): void {
    isInJob = false;
    if (run === undefined) return;
    run.endedAt = nowMillis();
    guard(endRun);
  }

  function guard(part: (promise: object, parent?: object) => void, promise?: object, parent?: object): void {
    if (busy || isClosed) return;
    busy = true;
    try {
      if (fault !== undefined) reportFault();
      part(promise!, parent);
    } catch (thrown) {
      // Only noted: where a recursion of the application has used up the stack any call would throw again.
      fault = thrown;
    } finally {
      busy = false;
    }
  }

  function reportFault(): void {
    const thrown = fault;
    fault = undefined;
    host.onFault(thrown);
  }

  function onEvent(promise: object, parent?: object): void {
    if (!isInJob) {
      const id = executionAsyncId();
      if (id !== callback) beginRoot(id);
      if (!isMet && parent !== undefined) meetRoot();
    }
    if (run === undefined && host.isByContext) beginByContext();
    if (run !== undefined) capture(run, promise, parent);
  }

  function beginRoot(id: number): void {
    if (run !== undefined) endRun();
    callback = id;
    isMet = id === NO_CALLBACK;
    const root = isMet ? undefined : host.beginRoot();
    if (root !== undefined) run = new FollowedRun(root, undefined, nowMillis());
  }

  function meetRoot(): void {
    isMet = true;
    if (isOwnContext(context.active())) {
      run = undefined;
      return;
    }
    host.meetRoot(run?.root);
    if (run !== undefined) host.scheduleEnd();
  }

  function endCallback(): void {
    if (fault !== undefined) reportFault();
    if (isInJob) return;
    callback = NOWHERE;
    if (run !== undefined) guard(endRun);
  }

  function beginByContext(): void {
    const root = host.chooseByContext(context.active());
    if (root === undefined) return;
    run = new FollowedRun(root, undefined, nowMillis(), true);
    if (!isInJob) host.scheduleEnd();
  }

  function endRun(): void {
    const ended = run!;
    run = undefined;
    host.onRun(ended);
  }

  function capture({ root, window, parks }: FollowedRun, promise: object, parent: object | undefined): void {
    if (root.isDone) return;
    if (window.events.length >= MAX_RUN_EVENTS) {
      for (const sink of root.sinks) sink.drop();
      return;
    }
    const startedAt = nowMillis();
    const active = parent === undefined ? undefined : context.active();
    if (active !== undefined && isOwnContext(active)) return;
    const last = window.events.at(-1);
    if (last?.parent !== undefined && last.promise === parent) last.isLink = true;
    const event = new CapturedEvent(promise, parent, undefined);
    event.context = active;
    event.depthLimit = captureRawStack(event.raw as object, host.captureDepth, outermost ?? init);
    let park: FollowedPark | undefined;
    if (parent !== undefined) {
      park = new FollowedPark(root, event, startedAt);
      stamp.put(promise, park);
      stamped++;
    }
    window.events.push(event);
    parks.push(park);
    // Outside of a job nothing tells the end of a run.
    if (!isInJob) run!.endedAt = startedAt;
    host.spend(root, nowMillis() - startedAt);
  }

  return {
    init,
    before,
    after,
    get root() {
      return run?.root;
    },
    endCallback,
    close() {
      isClosed = true;
      run?.dropEvents();
      run = undefined;
      stamped = 0;
    },
  };
}
