import { nowMillis } from '../base/clock.ts';
import type { LiveSample } from '../capture/live-sample.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { StackView } from '../frames/stack-view.ts';
import { groupTasks } from './build-snapshot.ts';
import { type TaskList, listTasks } from './task-list.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

/** The tasks of a sample that was taken just now. */
export function instantList(
  engine: TaskEngine,
  sample: LiveSample,
  consistency: 'moment' | 'slices',
  view?: StackView,
): TaskList {
  return listTasks(engine, { ...sample, consistency, now: nowMillis() }, view);
}

/** The same, grouped. */
export function instantSnapshot(
  engine: TaskEngine,
  sample: LiveSample,
  consistency: 'moment' | 'slices',
): TaskSnapshot {
  return groupTasks(instantList(engine, sample, consistency));
}
