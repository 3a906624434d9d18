import { takeAll, tellFault } from '../base/faults.ts';
import { cancel, later } from '../base/own-timers.ts';
import { type ContextWatcher, watchContextStorage } from './context-storage.ts';
import { findContextStorage } from './find-context-storage.ts';

const FIRST_LOOK_MILLIS = 10;
const LAST_LOOK_MILLIS = 5_000;

/**
 * Watches the storage of OpenTelemetry's context manager, which an SDK registers at its own time and without telling anybody: so it
 * is looked for soon, and then ever more rarely.
 */
export class StorageFinder {
  readonly #watcher: ContextWatcher;
  #timer: NodeJS.Timeout | undefined;
  #storage: object | undefined;
  #unwatch: (() => void) | undefined;

  constructor(watcher: ContextWatcher) {
    this.#watcher = watcher;
    this.look();
    this.#lookAgainIn(FIRST_LOOK_MILLIS);
  }

  /** Looks whether there is one, or another one. */
  look(): void {
    const storage = findContextStorage();
    if (storage === undefined || storage === this.#storage) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#storage = storage;
    try {
      this.#unwatch = watchContextStorage(storage, this.#watcher);
    } catch (thrown) {
      // It may be closed to additions: samples have no context.
      tellFault('the look for contexts of samples met an error', thrown);
    }
  }

  /** Leaves nothing behind. */
  close(): void {
    takeAll('the end of contexts of samples met an error', [
      () => cancel(this.#timer),
      ...(this.#unwatch ? [this.#unwatch] : []),
    ]);
  }

  #lookAgainIn(delayMillis: number): void {
    if (this.#storage !== undefined) return;
    this.#timer = later(() => {
      this.look();
      this.#lookAgainIn(Math.min(2 * delayMillis, LAST_LOOK_MILLIS));
    }, delayMillis);
  }
}
