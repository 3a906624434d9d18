import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { withCallSites } from './call-sites.ts';
import type { CapturedEvent } from './captured-event.ts';
import { EventWindow } from './event-window.ts';
import type { EventResolver } from './event-resolver.ts';
import type { ParkClassifier } from './park-classifier.ts';
import { type TaskRecord, hasResumed } from './task-record.ts';

/** Events kept to compare later ones of the same run with, where resolution can't wait for the run's end. */
const CARRIED_EVENTS = 64;

/** A stretch whose parks all ended within this time, before they were resolved, is resolved by chance only. */
const SHORT_WAIT_MILLIS = 1;

/**
 * Turns captured events into tasks, off the hot path: resolves stacks, tells tasks from calls, hands the tasks on.
 */
export class WindowResolver {
  readonly #resolver: EventResolver;
  readonly #classifier: ParkClassifier;
  readonly #random: Random;
  readonly #onVerdict: (record: TaskRecord, event: CapturedEvent) => void;
  readonly #queue: EventWindow[] = [];
  #pendingEvents = 0;

  constructor(
    resolver: EventResolver,
    classifier: ParkClassifier,
    random: Random,
    onVerdict: (record: TaskRecord, event: CapturedEvent) => void,
  ) {
    this.#resolver = resolver;
    this.#classifier = classifier;
    this.#random = random;
    this.#onVerdict = onVerdict;
  }

  /** Events that are not resolved yet. */
  get pendingEvents(): number {
    return this.#pendingEvents;
  }

  open(cut: boolean): EventWindow {
    const window = new EventWindow(cut);
    this.#queue.push(window);
    return window;
  }

  add(window: EventWindow, event: CapturedEvent): void {
    window.events.push(event);
    this.#pendingEvents++;
  }

  /** Resolves what is there in one go. The run may go on: its last events are kept for comparison. */
  resolveAll(): void {
    withCallSites(() => {
      for (const window of this.#queue) this.#resolveWindow(window, Infinity);
    });
    this.#forget(CARRIED_EVENTS);
  }

  /**
   * Resolves for about `budgetMillis` and tells whether all is done. To be called between two turns of the event loop only:
   * nothing that comes later can belong to an expression that was seen, so no event and no promise is kept.
   */
  resolveSlice(budgetMillis: number): boolean {
    const deadline = nowMillis() + budgetMillis;
    withCallSites(() => {
      for (const window of this.#queue) if (!this.#resolveWindow(window, deadline)) return;
    });
    this.#forget(this.#pendingEvents === 0 ? 0 : CARRIED_EVENTS);
    return this.#pendingEvents === 0;
  }

  clear(): void {
    this.#queue.length = 0;
    this.#pendingEvents = 0;
  }

  /** Every event that is held, resolved or not: each holds a node of the stack table. */
  *heldEvents(): Iterable<CapturedEvent> {
    for (const { events } of this.#queue) yield* events;
  }

  #resolveWindow(window: EventWindow, deadline: number): boolean {
    if (window.isResolved) return true;
    if (nowMillis() >= deadline) return false;
    if (window.resolved === 0 && window.ended && this.#passOver(window)) return true;
    do this.#resolveEvent(window, window.resolved++);
    while (window.resolved < window.events.length && nowMillis() < deadline);
    return window.isResolved;
  }

  #resolveEvent(window: EventWindow, index: number): void {
    const event = window.events[index]!;
    this.#pendingEvents--;
    this.#resolver.resolve(event);
    if (event.record !== undefined && event.record.state !== 'dropped') this.#judge(window, index, event.record);
    event.context = undefined;
  }

  #judge(window: EventWindow, index: number, record: TaskRecord): void {
    const park = this.#classifier.classify(window, index);
    if (park.kind === 'task') {
      record.stack = park.stack;
      record.operationFrames = park.operationFrames;
    } else record.state = 'dropped';
    this.#onVerdict(record, window.events[index]!);
  }

  /**
   * Most runs of a busy service park for less than a turn of the event loop. Their share of the waiting is small, their share
   * of the resolution is not: such a run is resolved with probability (longest wait / 1 ms), and its records weigh the more.
   * Only where it is one unit of the sample: what is chosen together has to be known as chosen together.
   */
  #passOver(window: EventWindow): boolean {
    let longestMillis = 0;
    let unit: number | undefined;
    for (const { record } of window.events) {
      if (record === undefined || record.state === 'dropped') continue;
      unit ??= record.unit;
      if (record.unit !== unit || !hasResumed(record) || record.unitProbability === 1) return false;
      longestMillis = Math.max(longestMillis, record.resumedAt - record.parkedAt);
    }
    const probability = longestMillis / SHORT_WAIT_MILLIS;
    if (probability >= 1) return false;
    if (this.#random() < probability) {
      for (const { record } of window.events) record?.reweigh(probability);
      return false;
    }
    this.#pendingEvents -= window.events.length;
    window.events.length = 0;
    return true;
  }

  /** Lets go of the windows that are done, and of all but the last `carried` events of a run that goes on. */
  #forget(carried: number): void {
    let kept = 0;
    for (const window of this.#queue) {
      if (window.isResolved && window.ended) continue;
      if (window.isResolved && carried === 0) window.forget();
      else if (window.isResolved) window.keepLast(carried);
      this.#queue[kept++] = window;
    }
    this.#queue.length = kept;
  }
}
