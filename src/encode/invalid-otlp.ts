/** Thrown for what is no OTLP profiles message; the message says what is wrong and where: `sample 3: stack 7 is not there`. */
export class InvalidOtlpError extends Error {
  /** Tells it from other errors where `instanceof` can't: with two copies of this package. */
  override readonly name = 'InvalidOtlpError';

  /** @internal */
  constructor(problem: string, options?: ErrorOptions) {
    super(`not an OTLP message: ${problem}`, options);
  }
}
