import { guarded } from '../base/faults.ts';

/** `withinMillis` gave up waiting. What it waited for goes on. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';

  constructor(what: string, millis: number) {
    super(`${what} took more than ${millis} ms`);
  }
}

/** Settles as `promise` does, or rejects with a {@link TimeLimitError}. Keeps the process running for that long at most. */
export async function withinMillis<T>(millis: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      guarded('a time limit met an error', () => reject(new TimeLimitError(what, millis))),
      millis,
    );
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
