import assert from 'node:assert/strict';
import { TaskProfiler } from '../../src/index.ts';
import type { ModuleKind, Pattern } from './patterns.ts';
import { playPattern } from './play-pattern.ts';
import { expectNoTasks, expectTasks } from './tasks.ts';

/** Plays the pattern and expects its exact tasks at every moment. */
export async function runPattern(pattern: Pattern, kind: ModuleKind): Promise<void> {
  const profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
  try {
    profiler.start();
    await playPattern(pattern, kind, (moment, expected, file) => {
      try {
        if (expected.length === 0) expectNoTasks(profiler.snapshot(), { file });
        else expectTasks(profiler.snapshot(), expected, { file });
      } catch (error) {
        if (error instanceof Error) error.message = `${moment}: ${error.message}`;
        throw error;
      }
    });
    assert.equal(profiler.snapshot().samplingProbability, 1, 'the counts were not certain');
  } finally {
    profiler.stop();
  }
}
