import { durationText } from './quantities.ts';

const CELLS = 30;
const MIN_MILLIS_BETWEEN = 100;

/** How far the reading is, on the standard error where that is a terminal; nothing elsewhere. */
export class ProgressBar {
  readonly #all: { readonly files: number; readonly bytes: number };
  readonly #isShown = process.stderr.isTTY;
  readonly #startedAt = performance.now();
  #files = 0;
  #bytes = 0;
  #drawnAt = -Infinity;

  constructor(all: { readonly files: number; readonly bytes: number }) {
    this.#all = all;
    this.#draw();
  }

  advance(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
    this.#draw();
  }

  /** Takes it away. */
  end(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K');
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#drawnAt < MIN_MILLIS_BETWEEN) return;
    this.#drawnAt = now;
    const { files, bytes } = this.#all;
    const share = bytes === 0 ? 0 : Math.min(1, this.#bytes / bytes);
    const filled = Math.round(share * CELLS);
    const bar = '█'.repeat(filled) + '░'.repeat(CELLS - filled);
    const left = share > 0 ? `, ${durationText(((now - this.#startedAt) * (1 - share)) / share)} left` : '';
    process.stderr.write(`\r${bar} ${this.#files} of ${files} files${left}\x1b[K`);
  }
}
