import { emitKeypressEvents } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Key } from './top-state.ts';

/** The keys of a terminal, one by one as they are pressed; none where the input is no terminal. */
export class Keyboard {
  readonly #input: ReadStream;
  readonly #onKey: (text: string | undefined, key: Key) => void;
  readonly #onEnd: () => void;
  #isOpen = false;

  constructor(input: ReadStream, onKey: (key: Key) => void, onEnd: () => void) {
    this.#input = input;
    // Some keys have no name: then the text is what counts.
    this.#onKey = (text, key) => onKey({ ...key, sequence: text ?? key.sequence });
    this.#onEnd = onEnd;
  }

  open(): void {
    if (!this.#input.isTTY || this.#isOpen) return;
    this.#isOpen = true;
    emitKeypressEvents(this.#input);
    this.#input.on('keypress', this.#onKey).on('end', this.#onEnd).on('error', this.#onEnd);
    this.#input.setRawMode(true);
    this.#input.resume();
  }

  /** Puts the terminal back; may be called at any time, however often. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#input.off('keypress', this.#onKey).off('end', this.#onEnd).off('error', this.#onEnd);
    this.#input.setRawMode(false);
    this.#input.pause();
  }
}
