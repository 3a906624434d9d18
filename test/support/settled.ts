import { setImmediate as turn } from 'node:timers/promises';

/** Turns of the event loop after which everything that was ready has run: microtasks, ticks, and what they queued. */
const TURNS = 4;

/** Resolves when whatever could run has run. Nothing that waits for a timer or for I/O is waited for. */
export async function settled(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await turn();
}

/** Turns the event loop until `condition` holds; mocha's own timeout is the only limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** A promise and the function that fulfils it. */
export interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open };
}

/** Runs the part in a turn of its own, in no reaction job. Resolves when it is done. */
export function inOwnTurn(part: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(part());
      } catch (error) {
        reject(error);
      }
    });
  });
}
