import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** Turns of the event loop after which everything that was ready has run: microtasks, ticks, and what they queued. */
const TURNS = 4;

/** Resolves when whatever could run has run. Nothing that waits for a timer or for I/O is waited for. */
export async function settled(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await turn();
}

/** Turns of the event loop after which a condition takes time to hold: others need the core meanwhile. */
const EAGER_TURNS = 200;

/** Ahead of mocha's own limit: what a test that is over goes on waiting for slows all others down, by a collection of garbage a turn. */
const MAX_WAIT_MILLIS = 100_000;

/** Turns the event loop until `condition` holds, for as long as mocha waits for a test. */
export async function until(condition: () => boolean): Promise<void> {
  const startedAt = performance.now();
  for (let turns = 0; !condition(); turns++) {
    await (turns < EAGER_TURNS ? turn() : sleep(1));
    const millis = performance.now() - startedAt;
    if (millis > MAX_WAIT_MILLIS) {
      throw new Error(`it did not come in ${turns} turns; ${JSON.stringify(process.memoryUsage())}`);
    }
  }
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
