import type { WriteStream } from 'node:tty';

/** Lines that are not rewritten in place come this often. */
const STEPS_A_LINE = 100;

/** Shows how far something is: in one line that changes on a terminal, elsewhere by a line now and then. */
export class Progress {
  readonly #output: WriteStream;
  readonly #counts = new Map<string, number>();

  constructor(output: WriteStream) {
    this.#output = output;
  }

  begin(what: string): void {
    this.#output.write(`${what} ...\n`);
  }

  /** One more package was `downloaded`, or `compiled`, out of `total` where that is known. */
  step(what: string, total?: number): void {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    const line = `  ${what} ${count}${total === undefined ? '' : ` of at most ${total}`} packages`;
    if (this.#output.isTTY) this.#output.write(`\r${line}`);
    else if (count % STEPS_A_LINE === 0) this.#output.write(`${line}\n`);
  }

  end(what: string): void {
    this.#output.write(`${this.#output.isTTY ? '\n' : ''}${what}\n`);
  }
}
