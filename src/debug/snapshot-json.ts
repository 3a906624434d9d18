import { groupTasks } from '../snapshot/build-snapshot.ts';
import { groupInterval } from '../snapshot/interval.ts';
import { groupLost } from '../snapshot/lost.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import type { CollectedTasks } from './collect.ts';

/** The `TaskSnapshot` as JSON, its bigints as decimal strings. In steps of one sample. */
export function* snapshotJson(list: CollectedTasks): Generator<string> {
  const { samples, ...head } = snapshotOf(list);
  yield `${JSON.stringify(head, decimal).slice(0, -1)},"samples":[`;
  for (const [i, sample] of samples.entries()) yield `${i === 0 ? '' : ','}\n${JSON.stringify(sample)}`;
  yield ']}\n';
}

function snapshotOf(list: CollectedTasks): TaskSnapshot {
  if ('lost' in list) return groupLost(list);
  return 'durationNano' in list ? groupInterval(list) : groupTasks(list);
}

function decimal(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
