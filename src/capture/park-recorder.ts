import { context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { isOwnContext } from '../base/own-context.ts';
import { captureRawStack } from './call-sites.ts';
import { CapturedEvent } from './captured-event.ts';
import { TaskRecord } from './task-record.ts';
import type { TaskStamp } from './task-stamp.ts';
import type { EventWindow } from './event-window.ts';
import type { WindowResolver } from './window-resolver.ts';

/** Unresolved events hold promises and stacks (up to some KiB each): with more of them they are resolved at once. */
const MAX_PENDING_EVENTS = 256;

/** What the recorder needs of its engine. */
export interface RecorderHost {
  /** The probability that the piece which begins was drawn with. */
  readonly drawnProbability: number;
  readonly captureDepth: number;
  /** Milliseconds were spent on captures or resolution of so many events. */
  spend(millis: number, events: number): void;
  /** Events wait to be resolved: between two turns of the event loop, soon. */
  scheduleResolution(): void;
  /** Too many wait: now. */
  resolveNow(): void;
  /** A stamped park resumes. */
  resumed(record: TaskRecord): void;
  /** Something threw in a hook, now or some events ago. */
  onFault(fault: unknown): void;
}

/** What the promise hook does for chosen events: takes the stack and the context, and leaves the rest for later. */
export class ParkRecorder {
  readonly #host: RecorderHost;
  readonly #windows: WindowResolver;
  readonly #stamp: TaskStamp;
  #window: EventWindow | undefined;
  #unit = 0;
  #unitProbability = 1;
  #isForced = false;
  #busy = false;
  #closed = false;
  #fault: unknown;
  #captures = 0;
  /** No promise carries a stamp that matters while this is 0. An upper bound, for the hook to skip the look. */
  stamped = 0;

  constructor(host: RecorderHost, windows: WindowResolver, stamp: TaskStamp) {
    this.#host = host;
    this.#windows = windows;
    this.#stamp = stamp;
  }

  /** Stacks captured since the start. */
  get captures(): number {
    return this.#captures;
  }

  /** Runs a slow part of the hook: never inside another, timed, and no fault gets out. */
  guard(part: (promise: object, parent?: object) => void, promise?: object, parent?: object): void {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    try {
      this.reportFault();
      const startedAt = nowMillis();
      const pending = this.#windows.pendingEvents;
      part(promise!, parent);
      const resolved = Math.max(pending - this.#windows.pendingEvents, 0);
      this.#host.spend(nowMillis() - startedAt, 1 + resolved);
    } catch (thrown) {
      // Only noted: where a recursion of the application has used up the stack any call would throw again.
      this.#fault = thrown;
    } finally {
      this.#busy = false;
    }
  }

  resumed(record: TaskRecord): void {
    if (record.state === 'dropped') return;
    try {
      this.#host.resumed(record);
    } catch (thrown) {
      this.#fault = thrown;
    }
  }

  /** Hands on a fault of an event before. */
  reportFault(): void {
    if (this.#fault === undefined) return;
    const fault = this.#fault;
    this.#fault = undefined;
    this.#host.onFault(fault);
  }

  /** Does nothing any more. */
  close(): void {
    this.#closed = true;
    this.stamped = 0;
  }

  beginRun(cut: boolean): void {
    this.endRun();
    // Most runs have no event: a window for each would pile up until one has, and brings the resolution.
    if (this.#window === undefined) this.#window = this.#windows.open(cut);
    else this.#window.cut = cut;
  }

  /** A chosen piece begins; `isForced` where it was not chosen by chance. */
  beginUnit(isForced = false): void {
    this.#unit++;
    this.#unitProbability = this.#host.drawnProbability;
    this.#isForced = isForced;
  }

  endRun(): void {
    if (this.#window === undefined || this.#window.events.length === 0) return;
    this.#window.ended = true;
    this.#window = undefined;
  }

  /** An event has this parent: where that is the promise of the event before, that one is a link and no task. */
  noteParent(parent: object | undefined): void {
    const last = this.#window?.events.at(-1);
    if (last?.parent === undefined || last.promise !== parent) return;
    last.isLink = true;
    if (last.record !== undefined) last.record.state = 'dropped';
  }

  capture(promise: object, parent: object | undefined, counted: boolean, below: (...args: never) => unknown): void {
    const window = this.#window;
    if (window === undefined) return;
    // Before the event is taken: the last one can be a wrapper that only this one tells.
    if (this.#windows.pendingEvents >= MAX_PENDING_EVENTS) this.#host.resolveNow();
    let record: TaskRecord | undefined;
    const active = parent === undefined ? undefined : context.active();
    if (active !== undefined) {
      if (isOwnContext(active)) return;
      if (counted) {
        record = new TaskRecord(nowMillis(), this.#unit, this.#unitProbability);
        record.isForced = this.#isForced;
      }
    }
    const event = new CapturedEvent(promise, parent, record);
    if (record !== undefined) event.context = active;
    event.depthLimit = captureRawStack(event.raw as object, this.#host.captureDepth, below);
    if (record !== undefined) this.#stamp.put(promise, record);
    this.#captures++;
    this.#windows.add(window, event);
    this.stamped++;
    if (this.#windows.pendingEvents === 1) this.#host.scheduleResolution();
  }
}
