import type { TaskSnapshot } from '../../src/index.ts';

/** The frames of `test/fixtures/frames/shop` in each stack of a snapshot. */
export function stacksOf({ samples }: TaskSnapshot): string[] {
  return samples
    .map(({ stack }) => {
      const own = stack.filter(({ file }) => file.startsWith('src/'));
      return own.map(({ functionName, file, line }) => `${functionName} ${file}:${line}`).join(' < ');
    })
    .filter((text) => text !== '')
    .toSorted();
}
