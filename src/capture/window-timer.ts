import { cancel, later } from '../base/own-timers.ts';
import { WINDOW_MILLIS } from './governor.ts';

/** Ends windows of a budget, one after the other as long as somebody wants the next: an idle process is not woken. */
export class WindowTimer {
  readonly #timer: NodeJS.Timeout;
  #runs = true;

  /** The first one begins now. */
  constructor(onEnd: () => void) {
    this.#timer = later(() => {
      this.#runs = false;
      onEnd();
    }, WINDOW_MILLIS);
  }

  /** Begins the next one, unless one runs. */
  run(): void {
    if (this.#runs) return;
    this.#runs = true;
    this.#timer.refresh();
  }

  stop(): void {
    cancel(this.#timer);
  }
}
