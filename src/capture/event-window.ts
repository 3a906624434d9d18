import type { CapturedEvent } from './captured-event.ts';

/** The captured events of one chosen stretch of a run, in order, as far as they are still needed. */
export class EventWindow {
  readonly events: CapturedEvent[] = [];
  /** How many of them are resolved. */
  resolved = 0;
  /** The run began before the first event. */
  cut: boolean;
  /** No event comes any more. */
  ended = false;
  #forgottenCalls: WeakSet<object> | undefined;

  constructor(cut: boolean) {
    this.cut = cut;
  }

  get isResolved(): boolean {
    return this.resolved === this.events.length;
  }

  get hasForgottenCalls(): boolean {
    return this.#forgottenCalls !== undefined;
  }

  /** Whether this is the promise of an async function that began in this run, or a link on one, in an event let go of. */
  isForgottenCall(promise: object | undefined): boolean {
    return promise !== undefined && this.#forgottenCalls?.has(promise) === true;
  }

  /** All events are resolved, and nothing that comes belongs to an expression that was seen. */
  forget(): void {
    this.events.length = 0;
    this.resolved = 0;
    this.cut = false;
    this.#forgottenCalls = undefined;
  }

  /** All events are resolved; the last are kept for comparison with what comes. */
  keepLast(count: number): void {
    const surplus = this.events.length - count;
    if (surplus <= 0) return;
    this.#forgottenCalls ??= new WeakSet();
    for (const event of this.events.splice(0, surplus)) {
      if (event.startsFunction || (event.isThen && this.isForgottenCall(event.parent))) {
        this.#forgottenCalls.add(event.promise);
      }
    }
    this.resolved = this.events.length;
    this.cut = true;
  }
}
