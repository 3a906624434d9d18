import { type Random, geometricGap } from '../base/random.ts';
import { PIECE_EVENTS } from '../capture/promise-hook.ts';

/**
 * Decides which tasks are followed, once for each: where it starts outside of any reaction job. What happens there is cut into
 * pieces of some events, each chosen with probability p. A piece begins where a promise is made anew, so that an await stays
 * together with the links that it awaits.
 */
export class RootSampler {
  readonly #random: Random;
  #probability = 1;
  #gap = 0;
  #eventsToGo = 0;
  #units = 0;
  /** Everything is followed: nothing has to be decided. */
  isAll = true;
  /** The unit and the probability of what is followed now. */
  unit = 0;
  unitProbability = 1;

  constructor(probability: number, random: Random) {
    this.#random = random;
    this.redraw(probability);
  }

  /** From now on pieces are chosen with this probability. */
  redraw(probability: number): void {
    // What is stored with each row has 24 binary digits.
    this.#probability = Math.fround(probability);
    this.isAll = this.#probability >= 1;
    this.unit = 0;
    this.unitProbability = this.#probability;
    this.#gap = geometricGap(this.#random, this.#probability);
    this.#eventsToGo = 0;
  }

  /** An event outside of any job, a promise made anew or not: whether it is followed. Not to be asked while all are. */
  follows(isMade: boolean): boolean {
    if (--this.#eventsToGo < 0 && isMade) this.#nextPiece();
    return this.#gap === 0;
  }

  #nextPiece(): void {
    if (this.#gap === 0) this.#gap = geometricGap(this.#random, this.#probability);
    if (--this.#gap === 0) this.unit = ++this.#units;
    this.#eventsToGo = PIECE_EVENTS - 1;
  }
}
