import type { Target } from './targets/target.ts';

/** Of processor time: none of the inputs is longer than some kilobytes, but for databases. */
export const HANG_MILLIS = 2_000;
/** More than that is kept of what came in. */
export const MAX_GROWTH_BYTES = 16 * 2 ** 20;

export type Outcome = 'taken' | 'refused';

/** What a target makes of an input. Throws, or rejects, where that is neither to take nor to refuse it: a fault of the code. */
export function outcomeOf({ take, refusals }: Target, input: Uint8Array): Outcome | Promise<Outcome> {
  const refused = (error: unknown): Outcome => {
    if (!refusals.some((refusal) => error instanceof refusal) || isFault(error)) throw error;
    return 'refused';
  };
  try {
    const taken = take(input);
    return taken instanceof Promise ? taken.then(() => 'taken', refused) : 'taken';
  } catch (error) {
    return refused(error);
  }
}

/** Of the language, whatever input it comes from; also where something else was made of it. */
const FAULTS: readonly unknown[] = [TypeError, RangeError, ReferenceError];
/** Of Node, for what it was given. */
const EXPECTED_CODES = ['ERR_INVALID_URL', 'ERR_BUFFER_TOO_LARGE', 'ERR_INVALID_CHAR'];

function isFault(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const { code } = error as NodeJS.ErrnoException;
  if (FAULTS.includes(error.constructor) && !EXPECTED_CODES.includes(code ?? '')) return true;
  return error.cause !== undefined && isFault(error.cause);
}

/** The heap without what nobody holds. */
export function heapBytes(): number {
  gc!();
  return process.memoryUsage().heapUsed;
}

export function checkGrowth(name: string, bytes: number): void {
  if (bytes > MAX_GROWTH_BYTES)
    throw new Error(`${name} keeps ${(bytes / 2 ** 20).toFixed(1)} MiB of what it is given`);
}
