import { groupTasks } from '../snapshot/build-snapshot.ts';
import type { CollectedTasks } from './collect.ts';

/** The `TaskSnapshot` as JSON, its bigints as decimal strings. In steps of one sample. */
export function* snapshotJson(list: CollectedTasks): Generator<string> {
  const { samples, ...head } = groupTasks(list);
  const interval = 'durationNano' in list ? pick(list.startTimeUnixNano, list.durationNano) : {};
  yield `${JSON.stringify({ ...head, ...interval }, decimal).slice(0, -1)},"samples":[`;
  for (const [i, sample] of samples.entries()) yield `${i === 0 ? '' : ','}\n${JSON.stringify(sample)}`;
  yield ']}\n';
}

function pick(startTimeUnixNano: bigint, durationNano: bigint): object {
  return { startTimeUnixNano, durationNano };
}

function decimal(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
