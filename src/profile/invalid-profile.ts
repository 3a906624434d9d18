import { printable } from '../base/errors.ts';

/** Thrown by `checkProfile`; the message says where: `sample 3: value must be ...`. */
export class InvalidProfileError extends Error {
  /** Tells it from other errors where `instanceof` can't: with two copies of this package. */
  override readonly name = 'InvalidProfileError';
}

/** Throws that `what` must be `requirement`, unless it holds. */
export function expect(holds: boolean, what: string, requirement: string, value: unknown): void {
  if (!holds) throw new InvalidProfileError(`${what} must be ${requirement}, got ${printable(value)}`);
}
