import type { TriggerHost } from '../../src/triggers/trigger-host.ts';

/** A process whose clock, heap and event loop a test sets. Its clock begins at the real one, because tasks are timed with that. */
export class FakeHost implements TriggerHost {
  heapPercent = 50;
  delayMillis = 0;
  /** What is watched for, and is still. */
  readonly open = new Set<string>();
  readonly #signals = new Map<string, () => void>();
  #now = performance.now();
  #timer: { readonly action: () => void; readonly at: number } | undefined;

  now(): number {
    return this.#now;
  }

  later(action: () => void, delayMillis: number): () => void {
    const timer = { action, at: this.#now + delayMillis };
    this.#timer = timer;
    return () => {
      if (this.#timer === timer) this.#timer = undefined;
    };
  }

  heapUsedPercent(): number {
    return this.heapPercent;
  }

  watchEventLoop(): { read: (lateMillis: number) => number; close: () => void } {
    this.open.add('event loop');
    return {
      read: (lateMillis) => Math.max(this.delayMillis, lateMillis),
      close: () => this.open.delete('event loop'),
    };
  }

  onSignal(name: NodeJS.Signals, action: () => void): () => void {
    this.open.add(name);
    this.#signals.set(name, action);
    return () => {
      this.open.delete(name);
      this.#signals.delete(name);
    };
  }

  signal(name: NodeJS.Signals): void {
    this.#signals.get(name)!();
  }

  get hasTimer(): boolean {
    return this.#timer !== undefined;
  }

  /** Lets time pass; timers run when they are due, the last `lateMillis` later. */
  pass(millis: number, lateMillis = 0): void {
    const until = this.#now + millis;
    while (this.#timer !== undefined && this.#timer.at <= until) {
      const { action, at } = this.#timer;
      this.#timer = undefined;
      this.#now = at + lateMillis;
      action();
    }
    this.#now = Math.max(until, this.#now);
  }
}
