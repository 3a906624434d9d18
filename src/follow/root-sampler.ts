import { type Random, geometricGap } from '../base/random.ts';
import { PIECE_EVENTS } from '../capture/promise-hook.ts';

/** One of so many resumptions is a decision anew. A request has fewer, so it is mostly followed as a whole, or not at all. */
const RESUMPTIONS = 64;

/**
 * What is followed with more than so many times the present probability is thinned out when it resumes. Below that the probability
 * goes up and down with the noise of what is measured.
 */
const TOO_MUCH = 2;

/**
 * Decides which tasks are followed, where they start outside of any reaction job. What happens there is cut into pieces of some
 * events, each chosen with probability p. A piece begins where a promise is made anew, so that an await stays together with the
 * links that it awaits.
 *
 * And now and then where they resume, since loops that live long, of a server's connections or a queue's consumers, can be all that
 * a process does: chosen once, they would be the same ones for ever, at the probability of their start.
 * - Any task that resumes is decided on anew with probability 1 / {@link RESUMPTIONS}, whatever it was before. So what it counts, the
 *   mean of 1 / p over both decisions, stays 1.
 * - One that was chosen with probability q, far above p, is followed on with probability p / q, and counts 1 / p then.
 */
export class RootSampler {
  readonly #random: Random;
  #probability = 1;
  #gap = 0;
  #eventsToGo = 0;
  #units = 0;
  #resumptionsToGo: number;
  /** Resumptions that were decided on or passed over, where not all are followed: what the hooks cost goes with these. */
  resumptions = 0;
  /** Every resumption is a decision anew: nobody saw what went before. */
  forgets = false;
  /** Everything is followed: nothing has to be decided. */
  isAll = true;
  /** The unit and the probability of what is followed now. */
  unit = 0;
  unitProbability = 1;

  constructor(probability: number, random: Random) {
    this.#random = random;
    this.redraw(probability);
    this.#resumptionsToGo = geometricGap(random, 1 / RESUMPTIONS);
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

  /** A task resumes: whether it is decided on anew, by `chooses`. */
  decidesAnew(): boolean {
    if (--this.#resumptionsToGo > 0) return false;
    this.#resumptionsToGo = this.forgets ? 1 : geometricGap(this.#random, 1 / RESUMPTIONS);
    this.resumptions += this.#resumptionsToGo;
    return true;
  }

  /** Whether it is followed from now on, as a unit of its own: under `nextUnit`, with `unitProbability`. */
  chooses(): boolean {
    return this.#random() < this.#probability;
  }

  nextUnit(): number {
    return ++this.#units;
  }

  /** Whether one that was chosen with this probability has to be thinned out, by `keeps`. */
  isTooMuch(chosenWith: number): boolean {
    return chosenWith > TOO_MUCH * this.#probability;
  }

  /** Whether it is followed on: with `unitProbability` from now on. */
  keeps(chosenWith: number): boolean {
    return this.#random() * chosenWith < this.#probability;
  }

  #nextPiece(): void {
    if (this.#gap === 0) this.#gap = geometricGap(this.#random, this.#probability);
    if (--this.#gap === 0) this.unit = ++this.#units;
    this.#eventsToGo = PIECE_EVENTS - 1;
  }
}
