import { guarded } from './faults.ts';

/** What is held until an object is collected. */
interface Held<T> {
  readonly owner: Collections<T>;
  readonly value: T;
}

/**
 * One for the thread, for as long as that lives. A registry of their own would go with those who watch, and V8 before 14 (Node 24 and
 * older) then calls no registry of the thread any more, the application's neither, where that happens between the collection
 * and the call: the task that was posted for it finds nothing to do, and its end, which would let the next one be posted, is skipped.
 */
const registry = new FinalizationRegistry<Held<unknown>>(
  guarded('a collected object met an error', ({ owner, value }) => owner.onCollected(value)),
);

/** Tells of objects that were garbage-collected, each once, in a turn of its own. What is thrown is told. */
export class Collections<T> {
  onCollected: (value: T) => void;

  constructor(onCollected: (value: T) => void) {
    this.onCollected = onCollected;
  }

  /** `value`, which must not lead to `object`, is handed over; `token` calls that off. */
  watch(object: object, value: T, token?: object): void {
    registry.register(object, { owner: this as Collections<unknown>, value }, token);
  }

  unwatch(token: object): void {
    registry.unregister(token);
  }

  /** Nobody is told any more, or held by what is still watched. */
  close(): void {
    this.onCollected = () => undefined;
  }
}
