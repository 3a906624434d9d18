import type { CapturedEvent } from './captured-event.ts';
import type { EventWindow } from './event-window.ts';
import { FrameKind } from './frame-kind.ts';
import type { FrameTable } from './frame-table.ts';
import type { StackTable } from './stack-table.ts';

/** What an event turned out to be. */
export type Park =
  /** Nothing parks here: a promise made anew, a `.then`, a wrapper, or a park that is not the application's. */
  | { readonly kind: 'none' }
  /** The function awaits the async function that it called in the same expression, and that is parked itself. */
  | { readonly kind: 'call' }
  /** A task. `stack` is a node of the stack table, its first `operationFrames` frames from the leaf are the operation. */
  | { readonly kind: 'task'; readonly stack: number; readonly operationFrames: number };

const NONE: Park = { kind: 'none' };
const CALL: Park = { kind: 'call' };

/** A promise made in the window that an await leads to, over `.then` links. */
interface Origin {
  readonly event: CapturedEvent;
  readonly index: number;
  /** The link that is awaited itself; undefined where the promise is awaited directly. */
  readonly awaitedLink: CapturedEvent | undefined;
}

/**
 * Tells tasks from calls, and finds what a task waits for, by the rules of docs/architecture.md: all from the promises and
 * stacks of the events of one run, resolved, in order.
 */
export class ParkClassifier {
  readonly #frames: FrameTable;
  readonly #stacks: StackTable;
  readonly #maxDepth: number;
  #doubts = 0;

  constructor(frames: FrameTable, stacks: StackTable, maxDepth: number) {
    this.#frames = frames;
    this.#stacks = stacks;
    this.#maxDepth = maxDepth;
  }

  /** Awaits of which it could not be told any more whether they are calls. They count as tasks. */
  get doubts(): number {
    return this.#doubts;
  }

  /** What the event at `index` is. It and all before it are resolved. */
  classify(window: EventWindow, index: number): Park {
    const { events, cut } = window;
    const event = events[index]!;
    if (!event.isPark || event.isLink || !isOfApplication(event)) return NONE;
    const origin = this.#originOf(events, index);
    if (origin === undefined) {
      if (this.#isCallOfUnknown(events, index, cut)) return CALL;
      if (this.#awaitsForgottenCall(window, index)) this.#doubts++;
      return this.#task(event, 0, 0);
    }
    if (this.#isCall(events, index, origin)) return CALL;
    return this.#taskWithOperation(event, origin.event);
  }

  #originOf(events: readonly CapturedEvent[], index: number): Origin | undefined {
    let promise = events[index]!.parent;
    let awaitedLink: CapturedEvent | undefined;
    for (let i = index - 1; i >= 0; i--) {
      const event = events[i]!;
      if (event.promise !== promise) continue;
      if (event.parent === undefined) return { event, index: i, awaitedLink };
      if (!event.isThen) return undefined;
      awaitedLink ??= event;
      promise = event.parent;
    }
    return undefined;
  }

  #isCall(events: readonly CapturedEvent[], index: number, origin: Origin): boolean {
    const event = events[index]!;
    if (!origin.event.startsFunction) return false;
    if (event.truncated || origin.event.truncated) {
      return origin.awaitedLink === undefined && this.#isParked(events, origin, index, event.stack);
    }
    if (this.#stacks.extends(origin.event.stack, event.stack)) {
      return this.#isParked(events, origin, index, event.stack);
    }
    return this.#isCallInside(events, index, origin);
  }

  /**
   * `await child().catch(f)`, `await timed(child())`: the call stands at another position of the same function than the await.
   * It is the same expression where the awaited link was made at the await's position, or, without a link, where the await
   * stands ahead of the call in the source; and where that function did nothing else in between.
   */
  #isCallInside(events: readonly CapturedEvent[], index: number, origin: Origin): boolean {
    const { stack } = events[index]!;
    const { awaitedLink } = origin;
    const calledAt = this.#sameCallers(origin.event.stack, stack);
    if (calledAt === undefined || !this.#isSameExpression(stack, calledAt, awaitedLink)) return false;
    const end = awaitedLink === undefined ? index : events.indexOf(awaitedLink);
    for (let i = origin.index + 1; i < end; i++) {
      const between = events[i]!;
      if (!between.isThen && !this.#stacks.extends(between.stack, calledAt)) return false;
    }
    return this.#isParked(events, origin, end, calledAt);
  }

  /** Whether the call at `calledAt` belongs to the expression of the await at `stack`, a position of the same function. */
  #isSameExpression(stack: number, calledAt: number, awaitedLink: CapturedEvent | undefined): boolean {
    if (awaitedLink !== undefined) return this.#stacks.extends(awaitedLink.stack, stack);
    return stack === calledAt || this.#isAhead(stack, calledAt);
  }

  /** Whether the position of the one top frame stands before the other's in their file. */
  #isAhead(stack: number, other: number): boolean {
    const a = this.#frames.frame(this.#stacks.frameOf(stack));
    const b = this.#frames.frame(this.#stacks.frameOf(other));
    return a.line < b.line || (a.line === b.line && a.column < b.column);
  }

  /** The outer part of `node` that is `stack` but for the position in its top function; undefined where it is not. */
  #sameCallers(node: number, stack: number): number | undefined {
    const outer = this.#stacks.outermost(node, this.#stacks.depthOf(stack));
    const sameCallers = this.#stacks.parentOf(outer) === this.#stacks.parentOf(stack);
    const sameTop = this.#frames.sameFunction(this.#stacks.frameOf(outer), this.#stacks.frameOf(stack));
    return sameCallers && sameTop ? outer : undefined;
  }

  /**
   * What is awaited was not seen being made. It can still be the promise of a call in this expression: where the run began
   * before the window, and where the await wrapped it (a promise of another realm). Then the last park of this expression
   * tells, unless the function that parked there was seen to begin: its promise is another.
   */
  #isCallOfUnknown(events: readonly CapturedEvent[], index: number, cut: boolean): boolean {
    const { stack } = events[index]!;
    const wrapped = awaitsWrapper(events, index);
    if (!cut && !wrapped) return false;
    // What an expression does comes right before its await: another event is not of this expression.
    for (let i = wrapped ? index - 2 : index - 1; i >= 0 && this.#isOn(events[i]!, stack); i--) {
      if (events[i]!.isPark) return wrapped || events[i]!.truncated || !this.#isBeginningSeen(events, i);
    }
    return false;
  }

  /** Whether what is awaited is a call, so many events ago that they are let go of, and still of the same expression. */
  #awaitsForgottenCall(window: EventWindow, index: number): boolean {
    if (!window.hasForgottenCalls) return false;
    const { stack, parent } = window.events[index]!;
    const links = linksTo(window.events, parent);
    const awaitedLink = links[0];
    if (!window.isForgottenCall(links.length === 0 ? parent : links.at(-1)!.parent)) return false;
    const first = window.events[0]!;
    const calledAt = this.#sameCallers(first.stack, stack);
    if (calledAt === undefined || this.#stacks.depthOf(first.stack) <= this.#stacks.depthOf(stack)) return false;
    return this.#isSameExpression(stack, calledAt, awaitedLink);
  }

  #isBeginningSeen(events: readonly CapturedEvent[], index: number): boolean {
    const park = events[index]!;
    for (let i = index - 1; i >= 0; i--) {
      const event = events[i]!;
      if (event.startsFunction && this.#isParkOf(event, park)) return true;
    }
    return false;
  }

  /**
   * Whether the function that `origin` started is parked, with `stack` under it: itself, or (it returned the promise of a
   * call, without await) a function that it called, unless it made another promise after that, which it then returned.
   */
  #isParked(events: readonly CapturedEvent[], origin: Origin, before: number, stack: number): boolean {
    let madeAnother = false;
    let parkedInside = false;
    for (let i = before - 1; i > origin.index; i--) {
      const event = events[i]!;
      if (event.isThen || !this.#isOn(event, stack)) continue;
      if (event.parent === undefined) {
        madeAnother ||= !parkedInside && !event.startsFunction;
        continue;
      }
      if (this.#isParkOf(origin.event, event)) return true;
      parkedInside ||= !madeAnother;
    }
    return parkedInside;
  }

  /** Whether `park` is one of the function, or the generator, that began with `start`. */
  #isParkOf(start: CapturedEvent, park: CapturedEvent): boolean {
    const own = this.#stacks.outermost(park.stack, this.#stacks.depthOf(start.stack));
    if (own === start.stack) return true;
    const sameTop = this.#frames.sameFunction(this.#stacks.frameOf(own), this.#stacks.frameOf(start.stack));
    return own === park.stack && sameTop && this.#stacks.parentOf(own) === this.#stacks.parentOf(start.stack);
  }

  /** Whether an event happened with `stack` under it. */
  #isOn(event: CapturedEvent, stack: number): boolean {
    return event.truncated ? this.#overlaps(event.stack, stack) : this.#stacks.extends(event.stack, stack);
  }

  /** `extends` for stacks whose outer ends are cut off: some frames on top, then equal as far as both go. */
  #overlaps(node: number, stack: number): boolean {
    const inner = this.#stacks.framesOf(node);
    const outer = this.#stacks.framesOf(stack);
    const atLeast = outer.length >> 1;
    for (let top = 1; top <= inner.length - atLeast; top++) {
      const length = Math.min(inner.length - top, outer.length);
      let same = 0;
      while (same < length && inner[top + same] === outer[same]) same++;
      if (same === length) return true;
    }
    return false;
  }

  #taskWithOperation(event: CapturedEvent, origin: CapturedEvent): Park {
    const shared = this.#sameCallers(origin.stack, event.stack);
    if (shared === undefined) return this.#task(event, 0, 0);
    const depth = this.#stacks.depthOf(origin.stack) - this.#stacks.depthOf(shared) - origin.builtins;
    return this.#task(event, origin.stack, Math.max(depth, 0), origin.builtins);
  }

  /** The await's stack with `operationFrames` frames of `origin`, below its `skipped` leaf frames, on top. */
  #task(event: CapturedEvent, origin: number, operationFrames: number, skipped = 0): Park {
    let frames = this.#stacks.framesOf(event.stack);
    if (operationFrames === 0 && frames.length <= this.#maxDepth) {
      return { kind: 'task', stack: event.stack, operationFrames: 0 };
    }
    const operation = this.#stacks.framesOf(origin).slice(skipped, skipped + operationFrames);
    frames = [...operation, ...frames].slice(0, this.#maxDepth);
    const stack = frames.reduceRight((node, frame) => this.#stacks.push(node, frame), 0);
    return { kind: 'task', stack, operationFrames: Math.min(operation.length, frames.length - 1) };
  }
}

function isOfApplication(event: CapturedEvent): boolean {
  return event.stack !== 0 && (event.topKind & FrameKind.loader) === 0 && (event.kinds & FrameKind.own) === 0;
}

/** The `.then`s that lead to a promise, as far as they are still known: the one that made it first. */
function linksTo(events: readonly CapturedEvent[], promise: object | undefined): CapturedEvent[] {
  const links: CapturedEvent[] = [];
  let next = promise;
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i]!;
    if (event.promise !== next || !event.isThen) continue;
    links.push(event);
    next = event.parent;
  }
  return links;
}

/** `await <value>`: the event before it is the wrapper that it awaits. */
function awaitsWrapper(events: readonly CapturedEvent[], index: number): boolean {
  const before = events[index - 1];
  return before !== undefined && before.promise === events[index]!.parent && !before.isThen;
}
