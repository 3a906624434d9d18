import { setImmediate as nextTurn } from 'node:timers/promises';
import { nowMillis } from '../base/clock.ts';

/** Stretch on the main thread after which the application has its turn; the step that ends it comes on top. */
const SLICE_MILLIS = 1;

/** The texts of steps as bytes, made in slices between turns of the event loop. `onBytes` is told how many more they are. */
export async function bytesInSlices(steps: Iterator<string>, onBytes: (added: number) => void): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let isDone = false; !isDone;) {
    await nextTurn();
    const deadline = nowMillis() + SLICE_MILLIS;
    let text = '';
    do {
      const step = steps.next();
      if (step.done === true) isDone = true;
      else text += step.value;
    } while (!isDone && nowMillis() < deadline);
    const piece = Buffer.from(text);
    onBytes(piece.length);
    pieces.push(piece);
  }
  return pieces;
}
