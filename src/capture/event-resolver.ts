import { readCallSites } from './call-sites.ts';
import type { CapturedEvent } from './captured-event.ts';
import { FrameKind } from './frame-kind.ts';
import type { FrameTable } from './frame-table.ts';
import type { StackTable } from './stack-table.ts';

const HIDDEN = FrameKind.queue | FrameKind.hidden;

/** Turns raw stacks into nodes of the stack table and lets go of what V8 holds for them. */
export class EventResolver {
  readonly #frames: FrameTable;
  readonly #stacks: StackTable;
  readonly #ids: number[] = [];

  constructor(frames: FrameTable, stacks: StackTable) {
    this.#frames = frames;
    this.#stacks = stacks;
  }

  /** To be called inside `withCallSites`. */
  resolve(event: CapturedEvent): void {
    if (event.raw === undefined) return;
    const sites = readCallSites(event.raw);
    event.raw = undefined;
    event.truncated = sites.length >= event.depthLimit;
    this.#ids.length = 0;
    for (const site of sites) this.#take(event, this.#frames.intern(site));
    for (let i = this.#ids.length - 1; i >= 0; i--) event.stack = this.#stacks.push(event.stack, this.#ids[i]!);
  }

  #take(event: CapturedEvent, id: number): void {
    const kind = this.#frames.kind(id);
    const isTop = this.#ids.length === 0;
    if ((kind & HIDDEN) !== 0 || (isTop && (kind & FrameKind.dispatcher) !== 0)) return;
    if (isTop) event.topKind = kind;
    event.kinds |= kind;
    if ((kind & FrameKind.builtin) !== 0 && event.builtins === this.#ids.length) event.builtins++;
    this.#ids.push(id);
  }
}
