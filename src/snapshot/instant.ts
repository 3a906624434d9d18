import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { TaskRecord } from '../capture/task-record.ts';
import { buildSnapshot } from './build-snapshot.ts';
import { type SnapshotOptions, selector } from './snapshot-options.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

/** The tasks that are parked at this moment. The engine has to be settled; nothing of the application runs in between. */
export function takeInstant(engine: TaskEngine, options: SnapshotOptions, random: Random): TaskSnapshot {
  const now = nowMillis();
  const selected = engine.liveTasks.filter(selector(engine, options, now));
  const taken = choose(selected, options.maxTasks ?? Infinity, random);
  const share = selected.length === 0 ? 1 : taken.length / selected.length;
  const contributions = taken.map((record) => ({
    record,
    amount: record.weight / share,
    inclusionProbability: share / record.weight,
    waitMillis: now - record.parkedAt,
  }));
  return buildSnapshot(engine, contributions, now, selected.length - taken.length);
}

/** A simple random sample without replacement: the first steps of a Fisher-Yates shuffle (Knuth, TAOCP 2, 3.4.2, P). */
function choose(records: TaskRecord[], maxTasks: number, random: Random): TaskRecord[] {
  if (records.length <= maxTasks) return records;
  for (let i = 0; i < maxTasks; i++) {
    const j = i + Math.floor(random() * (records.length - i));
    [records[i], records[j]] = [records[j]!, records[i]!];
  }
  return records.slice(0, maxTasks);
}
