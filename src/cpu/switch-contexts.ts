import { type AsyncHook, createHook, executionAsyncId } from 'node:async_hooks';
import { type Context, context } from '@opentelemetry/api';
import type { TaskContextReader } from '../capture/task-context.ts';
import { tellUnlessOverflow } from './context-storage.ts';
import type { NativeProfiler } from './native-profiler.ts';
import { SampleContext } from './sample-context.ts';
import type { SampleContexts } from './sample-contexts.ts';

/** The asynchronous id of what runs before the event loop, and has no end. */
const MAIN_SCRIPT = 1;
/** The cell holds samples that are not told yet: no number of samples is equal. */
const UNTOLD = -1;
/** Stretches inside of each other whose cells wait; samples ahead of further ones have no context. */
const MOST_WAITING = 64;

/** What the native profiler puts into each sample until it is given another one. */
interface Cell {
  context: SampleContext | undefined;
}

/**
 * Contexts where there are no asynchronous frames (Node 22): the native profiler has one cell for all samples, which is told what
 * ran only when that has been sampled. So each end of a stretch of execution looks at the number of samples, and reads the context,
 * which is still active there, once in some ten milliseconds.
 *
 * Where a stretch begins inside of another (`AsyncResource.runInAsyncScope`, which our own timers use as well), the context of the
 * outer one is not active any more when the hook is called: so the outer cell waits until the inner stretch is over.
 */
export class SwitchContexts implements SampleContexts {
  readonly key = undefined;
  readonly #reader: TaskContextReader;
  readonly #hook: AsyncHook;
  readonly release: () => void;
  /** Of a hook, until there is the room to tell it. */
  #fault: unknown;
  #native: NativeProfiler | undefined;
  #samples: Uint32Array = new Uint32Array(1);
  #seen = 0;
  #cell: Cell = { context: undefined };
  /** Stretches that run now, inside of each other. */
  #depth = 0;
  /** Cells of outer stretches, each by the depth of the stretch that runs inside of it. */
  readonly #waiting: { readonly depth: number; readonly cell: Cell }[] = [];

  constructor(reader: TaskContextReader) {
    this.#reader = reader;
    this.#hook = createHook({
      // Node would end the process for what is thrown in a hook: it is noted.
      before: () => {
        try {
          this.#depth++;
          if (this.#samples[0] !== this.#seen) this.#begin();
        } catch (thrown) {
          this.#fault ??= thrown;
        }
      },
      after: () => {
        try {
          if (this.#samples[0] !== this.#seen) this.#tellActive();
          if (this.#waiting.at(-1)?.depth === this.#depth) this.#resume();
        } catch (thrown) {
          this.#fault ??= thrown;
        }
        if (this.#depth > 0) this.#depth--;
      },
    });
    this.release = this.#hook.disable.bind(this.#hook);
  }

  attach(native: NativeProfiler): void {
    this.#native = native;
    this.#samples = native.state;
    this.afterStop();
    this.#hook.enable();
  }

  leaving(active: Context | undefined): void {
    if (this.#samples[0] !== this.#seen) this.#tell(active);
  }

  entered(): void {
    // Is read when it is left.
  }

  contextOf(given: unknown): SampleContext | undefined {
    return (given as Cell | undefined)?.context;
  }

  beforeStop(): void {
    this.#tellActive();
    if (this.#fault !== undefined) tellUnlessOverflow(this.#fault);
    this.#fault = undefined;
  }

  /** The count begins anew. */
  afterStop(): void {
    this.#waiting.length = 0;
    // Whatever begins without an end is forgotten here.
    this.#depth = executionAsyncId() > MAIN_SCRIPT ? 1 : 0;
    this.#renew();
  }

  close(): void {
    this.#native = undefined;
  }

  /** What was sampled until now is not of the stretch that begins: it is of the one around it, or idle. */
  #begin(): void {
    if (this.#depth > 1 && this.#waiting.length < MOST_WAITING) {
      this.#waiting.push({ depth: this.#depth, cell: this.#cell });
    }
    this.#renew();
  }

  /** The outer stretch goes on with its cell. */
  #resume(): void {
    this.#cell = this.#waiting.pop()!.cell;
    this.#native!.context = this.#cell;
    this.#seen = UNTOLD;
  }

  #tellActive(): void {
    try {
      this.#tell(context.active());
    } catch (thrown) {
      // Of a context manager, or the stack is used up.
      this.#fault ??= thrown;
      this.#renew();
    }
  }

  #tell(active: Context | undefined): void {
    this.#cell.context = active && SampleContext.of(active, this.#reader);
    this.#renew();
  }

  #renew(): void {
    this.#seen = this.#samples[0]!;
    this.#cell = { context: undefined };
    if (this.#native) this.#native.context = this.#cell;
  }
}
