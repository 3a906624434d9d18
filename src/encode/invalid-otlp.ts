/** Thrown for what is no OTLP profiles message; the message says what is wrong and where: `sample 3: stack 7 is not there`. */
export class InvalidOtlpError extends Error {
  override readonly name = 'InvalidOtlpError';

  constructor(problem: string, options?: ErrorOptions) {
    super(`not an OTLP message: ${problem}`, options);
  }
}
