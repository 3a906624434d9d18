import type { Context } from '@opentelemetry/api';
import { type Random, geometricGap } from '../base/random.ts';
import type { ContextFilter } from '../capture/context-filter.ts';
import type { TaskContextReader } from '../capture/task-context.ts';

/** Decides which root tasks one recording follows: one in so many, by chance. */
export class RootChoice {
  readonly #probability: number;
  readonly #filter: ContextFilter | undefined;
  readonly #random: Random;
  /** Contexts that are not followed: with a filter a task is met at each of its awaits. */
  readonly #refused = new WeakSet<Context>();
  #gap: number;

  constructor(everyNthRoot: number, filter: ContextFilter | undefined, random: Random) {
    this.#probability = 1 / everyNthRoot;
    this.#filter = filter;
    this.#random = random;
    this.#gap = geometricGap(random, this.#probability);
  }

  /** It goes by what is in the context of an await, not by where a root begins. */
  get isByContext(): boolean {
    return this.#filter !== undefined;
  }

  /** Whether the root that comes next is the one. */
  get isNext(): boolean {
    return this.#gap === 1 && this.#filter === undefined;
  }

  /** A root was met that was not chosen. */
  pass(): void {
    if (this.#filter === undefined && this.#gap > 1) this.#gap--;
  }

  /** The chosen root was met; the next is drawn. */
  take(): void {
    this.#gap = geometricGap(this.#random, this.#probability);
  }

  /** What was taken turned out to be no task: the next root takes its place. */
  giveBack(): void {
    this.#gap = 1;
  }

  /** Whether a task in this context is one. */
  takesContext(active: Context, reader: TaskContextReader): boolean {
    if (this.#filter?.acceptsNow(active, reader) !== true || this.#refused.has(active)) return false;
    if (--this.#gap > 0) {
      this.refuse(active);
      return false;
    }
    this.take();
    return true;
  }

  /** What is in this context is not met again. */
  refuse(active: Context): void {
    this.#refused.add(active);
  }
}
