import { diag } from '@opentelemetry/api';

/** Which copy of this package profiles this thread, and how many profilers of it. */
interface InUse {
  readonly copy: string;
  profilers: number;
}

// On the global object: another copy of the package has modules of its own.
const KEY = Symbol.for('otel-taskprof copy in use');
const holder = globalThis as { [KEY]?: InUse | undefined };

const COPY = (import.meta.url as string | undefined) ?? 'a bundle';
let told = false;

/**
 * Of several copies of the package in one thread (two versions below `node_modules`, one of them preloaded from elsewhere) only the
 * first one profiles: each would cost as much again, and tell the same tasks.
 */
export class CopyInUse {
  #holds = false;

  /** Whether a profiler of this copy may run; it does then until `end`. */
  begin(): boolean {
    const inUse = holder[KEY] ?? { copy: COPY, profilers: 0 };
    if (inUse.copy !== COPY) {
      tellOnce(inUse.copy);
      return false;
    }
    this.#holds = true;
    inUse.profilers++;
    // Where the global object is frozen no copy knows of another.
    Reflect.set(holder, KEY, inUse);
    return true;
  }

  end(): void {
    const inUse = holder[KEY];
    if (!this.#holds || inUse === undefined) return;
    this.#holds = false;
    if (--inUse.profilers === 0) Reflect.deleteProperty(holder, KEY);
  }
}

function tellOnce(other: string): void {
  if (told) return;
  told = true;
  diag.warn(`otel-taskprof: not profiled by ${COPY}: another copy does, ${other}`);
}
