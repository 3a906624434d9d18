/** Something that takes what others send. */
export interface Target {
  readonly name: string;
  /** Inputs that it takes. */
  readonly seeds: readonly Uint8Array[];
  /** Throws, or rejects with, nothing but what it refuses input with. */
  readonly take: (bytes: Uint8Array) => unknown;
  /** Errors that say that the input is bad. */
  readonly refusals: readonly ErrorClass[];
  /** How many times as long as others an input takes: there are the fewer. Default: 1. */
  readonly cost?: number;
  /** Ends what the first input has started. */
  readonly close?: () => Promise<void>;
}

export type ErrorClass = new (...args: never[]) => Error;

export function bytes(content: string | Uint8Array): Uint8Array {
  return Buffer.from(content as string);
}

export function text(content: Uint8Array): string {
  return Buffer.from(content).toString();
}

/** Runs `part`, which may refuse the input so: others take it as well. */
export function attempt(part: () => unknown, ...refusals: readonly ErrorClass[]): void {
  try {
    part();
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error;
  }
}

/** What is started for the first input, and ended with `close`. */
export class Lazy<Started> {
  readonly #start: () => Started;
  readonly #end: (started: Awaited<Started>) => unknown;
  #started: Started | undefined;

  constructor(start: () => Started, end: (started: Awaited<Started>) => unknown) {
    this.#start = start;
    this.#end = end;
  }

  get(): Started {
    return (this.#started ??= this.#start());
  }

  readonly close = async (): Promise<void> => {
    const started = this.#started;
    this.#started = undefined;
    if (started !== undefined) await Promise.resolve(started).then(this.#end);
  };
}
