import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** Turns of the event loop after which everything that was ready has run: microtasks, ticks, and what they queued. */
const TURNS = 4;

/** Resolves when whatever could run has run. Nothing that waits for a timer or for I/O is waited for. */
export async function settled(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await turn();
}

/** Turns of the event loop after which a condition takes time to hold: others need the core meanwhile. */
const EAGER_TURNS = 200;

/** Turns the event loop until `condition` holds; mocha's own timeout is the only limit. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) await (turns < EAGER_TURNS ? turn() : sleep(1));
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
