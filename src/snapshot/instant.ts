import { nowMillis } from '../base/clock.ts';
import type { LiveSample } from '../capture/live-sample.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

/** The tasks of a sample that was taken just now. */
export function instantSnapshot(
  engine: TaskEngine,
  sample: LiveSample,
  consistency: 'moment' | 'slices',
): TaskSnapshot {
  return buildSnapshot(engine, { ...sample, consistency, now: nowMillis() });
}
