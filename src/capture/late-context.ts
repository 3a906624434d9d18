import type { Context } from '@opentelemetry/api';
import { EMPTY_TASK_CONTEXT, type TaskContext, type TaskContextReader } from './task-context.ts';

/**
 * The span and the labels of a park as they are when they are asked for: routers and handlers set attributes on spans when tasks
 * have parked already. It holds the OpenTelemetry context of the park for that, until it is told to let go of it.
 */
export class LateContext {
  readonly #reader: TaskContextReader;
  #source: Context | WeakRef<Context> | undefined;
  #last: TaskContext = EMPTY_TASK_CONTEXT;

  /** `source`: not of the profiler's own tasks. */
  constructor(reader: TaskContextReader, source: Context) {
    this.#reader = reader;
    this.#source = source;
  }

  /** What was read last, where the source is gone. */
  get current(): TaskContext {
    const source = this.#source instanceof WeakRef ? this.#source.deref() : this.#source;
    if (source !== undefined) this.#last = this.#reader.read(source) ?? EMPTY_TASK_CONTEXT;
    return this.#last;
  }

  /** From now on it is read only for as long as others hold it: what is parked does. */
  weaken(): void {
    if (this.#source === undefined || this.#source instanceof WeakRef) return;
    this.#last = this.current;
    this.#source = new WeakRef(this.#source);
  }

  /** Reads for the last time. */
  settle(): void {
    this.#last = this.current;
    this.#source = undefined;
  }
}
