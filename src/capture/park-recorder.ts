import { nowMillis } from '../base/clock.ts';
import { captureRawStack } from './call-sites.ts';
import { CapturedEvent } from './captured-event.ts';
import { readTaskContext } from './task-context.ts';
import { TaskRecord } from './task-record.ts';
import type { TaskStamp } from './task-stamp.ts';
import type { EventWindow, WindowResolver } from './window-resolver.ts';

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
  /** Something threw in a hook: the engine ends. */
  fail(fault: unknown): void;
}

/** What the promise hook does for chosen events: takes the stack and the context, and leaves the rest for later. */
export class ParkRecorder {
  readonly #host: RecorderHost;
  readonly #windows: WindowResolver;
  readonly #stamp: TaskStamp;
  #window: EventWindow | undefined;
  #unit = 0;
  #unitProbability = 1;
  #busy = false;
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
    if (this.#busy) return;
    this.#busy = true;
    const startedAt = nowMillis();
    try {
      part(promise!, parent);
    } catch (fault) {
      this.#host.fail(fault);
    } finally {
      this.#busy = false;
    }
    this.#host.spend(nowMillis() - startedAt, 1);
  }

  resumed(record: TaskRecord): void {
    if (record.state === 'dropped') return;
    try {
      this.#host.resumed(record);
    } catch (fault) {
      this.#host.fail(fault);
    }
  }

  beginRun(cut: boolean): void {
    this.endRun();
    // Most runs have no event: a window for each would pile up until one has, and brings the resolution.
    if (this.#window === undefined) this.#window = this.#windows.open(cut);
    else this.#window.cut = cut;
  }

  /** A chosen piece begins. */
  beginUnit(): void {
    this.#unit++;
    this.#unitProbability = this.#host.drawnProbability;
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
    if (parent !== undefined) {
      const context = readTaskContext();
      if (context === undefined) return;
      if (counted) record = new TaskRecord(nowMillis(), context, this.#unit, this.#unitProbability);
    }
    const event = new CapturedEvent(promise, parent, record);
    captureRawStack(event.raw as object, this.#host.captureDepth, below);
    if (record !== undefined) this.#stamp.put(promise, record);
    this.#captures++;
    this.#windows.add(window, event);
    this.stamped++;
    if (this.#windows.pendingEvents === 1) this.#host.scheduleResolution();
  }
}
