import { type AsyncHook, createHook } from 'node:async_hooks';
import { type Context, context } from '@opentelemetry/api';
import type { TaskContextReader } from '../capture/task-context.ts';
import type { NativeProfiler } from './native-profiler.ts';
import { SampleContext } from './sample-context.ts';
import type { SampleContexts } from './sample-contexts.ts';

/** What the native profiler puts into each sample until it is given another one. */
interface Cell {
  context: SampleContext | undefined;
}

/**
 * Contexts where there are no asynchronous frames (Node 22): the native profiler has one cell for all samples, which is told what
 * ran only when that has been sampled. So each end of a stretch of execution looks at the number of samples, and reads the context,
 * which is still active there, once in some ten milliseconds. What was sampled ahead of a scope that is entered synchronously
 * (`AsyncResource.runInAsyncScope`) has no context: it is not active any more when the hook is called.
 */
export class SwitchContexts implements SampleContexts {
  readonly key = undefined;
  readonly #reader: TaskContextReader;
  readonly #hook: AsyncHook;
  #native: NativeProfiler | undefined;
  #samples: Uint32Array = new Uint32Array(1);
  #seen = 0;
  #cell: Cell = { context: undefined };

  constructor(reader: TaskContextReader) {
    this.#reader = reader;
    this.#hook = createHook({
      before: () => {
        if (this.#samples[0] !== this.#seen) this.#renew();
      },
      after: () => {
        if (this.#samples[0] !== this.#seen) this.#tellActive();
      },
    });
  }

  attach(native: NativeProfiler): void {
    this.#native = native;
    this.#samples = native.state;
    this.#renew();
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
  }

  /** The count begins anew. */
  afterStop(): void {
    this.#renew();
  }

  close(): void {
    this.#hook.disable();
    this.#native = undefined;
  }

  #tellActive(): void {
    try {
      this.#tell(context.active());
    } catch {
      // Of a context manager, or the stack is used up: Node would end the process for it in a hook.
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
