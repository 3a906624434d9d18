/** Thrown for bytes that are no pprof; the message says what is wrong and where: `sample 3: location 7 is not there`. */
export class InvalidPprofError extends Error {
  /** Tells it from other errors where `instanceof` can't: with two copies of this package. */
  override readonly name = 'InvalidPprofError';

  /** @internal */
  constructor(problem: string, options?: ErrorOptions) {
    super(`not a pprof profile: ${problem}`, options);
  }
}
