import assert from 'node:assert/strict';
import type { Timeline, TimelineRecording, TimelineSlice } from '../../src/index.ts';

/** The slices of one task, in the order of time: of each that was in one of these functions. Tests are tasks themselves. */
export function tracks({ slices }: Timeline, ...functions: readonly string[]): TimelineSlice[][] {
  const isIn = ({ stack }: TimelineSlice): boolean =>
    stack.some(({ functionName }) => functions.includes(functionName));
  return [...Map.groupBy(slices, ({ task }) => task).values()].filter((track) => track.some(isIn));
}

/** The one that there is. */
export function track(timeline: Timeline, ...functions: readonly string[]): TimelineSlice[] {
  const [only, ...others] = tracks(timeline, ...functions);
  assert.ok(only, `no task was in ${functions.join(', ')}`);
  assert.equal(others.length, 0, `${others.length + 1} tasks were in ${functions.join(', ')}`);
  return only;
}

/**
 * What a task did: `running acquire`, `waiting Pool.connect < acquire < handle`; neighbours that are alike once. Where a loaded machine let a
 * caller wait for its turn after its call had ended is left out.
 */
export function story(slices: readonly TimelineSlice[], ...functions: readonly string[]): string[] {
  const texts = slices.map(({ state, stack }) => {
    const names = stack.map(({ functionName }) => functionName).filter((name) => functions.includes(name));
    return `${state} ${names.join(' < ')}`;
  });
  const isForTurn = (text: string, before = ''): boolean =>
    text.startsWith('waiting ') &&
    before.startsWith('running ') &&
    before.endsWith(` < ${text.slice('waiting '.length)}`);
  return texts
    .filter((text, index) => !isForTurn(text, texts[index - 1]))
    .filter((text, index, all) => text !== all[index - 1]);
}

/** All of them are inside of the timeline, have a length, and no two of a task overlap. */
export function expectSound(timeline: Timeline): void {
  for (const slices of Map.groupBy(timeline.slices, ({ task }) => task).values()) {
    let end = 0;
    for (const { startNano, durationNano, root, stack, awaitIndex } of slices) {
      assert.ok(startNano >= end, `a slice at ${startNano} overlaps one that ends at ${end}`);
      assert.ok(durationNano > 0 && Number.isSafeInteger(durationNano), `a slice of ${durationNano} ns`);
      assert.ok(awaitIndex < stack.length);
      assert.equal(root, slices[0]!.root);
      end = startNano + durationNano;
    }
    assert.ok(end <= timeline.durationNano, `a slice ends at ${end} of ${timeline.durationNano} ns`);
  }
}

/** Ends it; the slices are sound. */
export function stopped(recording: TimelineRecording | undefined): Timeline {
  assert.ok(recording);
  const timeline = recording.stop();
  expectSound(timeline);
  return timeline;
}
