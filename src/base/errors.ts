import { inspect } from 'node:util';

/** Thrown at construction for an option of the wrong type or outside its range. */
export class InvalidOptionError extends TypeError {
  /** Tells it from other errors where `instanceof` can't: with two copies of this package. */
  override readonly name = 'InvalidOptionError';
  /** The option's name as the user wrote it: `exportIntervalMillis`. */
  readonly option: string;
  /** What was given. */
  readonly value: unknown;

  /** `requirement` goes behind "must be": `a number of milliseconds greater than 0`. */
  constructor(option: string, requirement: string, value: unknown) {
    super(`${option} must be ${requirement}, got ${printable(value)}`);
    this.option = option;
    this.value = value;
  }
}

/** A value as an error message shows it: short, on one line, strings in double quotes. Never throws. */
export function printable(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  try {
    const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 100 });
    return shortened(text.replace(/\s*\n\s*/g, ' '));
  } catch {
    // A Proxy or a custom inspect function may throw; the error about the option must still appear.
    return `a value of type ${typeof value}`;
  }
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** Whether the stack was used up. The error that a function of this realm gets for it has no type of its own. */
export function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message === 'Maximum call stack size exceeded';
}

/** The error itself, or one that carries what was thrown instead of an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(printable(thrown));
}
