import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import { type Contribution, type LiveSample, type SampleRequest, choose, rareOnes } from './live-sample.ts';
import type { TaskRecord } from './task-record.ts';

/** At most so many records of the live set as are asked for: the oldest, pinned and rare ones ahead of others. */
export function chooseRecords(
  live: readonly TaskRecord[],
  { wanted, matches, pinned, minWaitMillis, parked, maxTasks }: SampleRequest,
  framesOf: (record: TaskRecord) => CodeFrame[],
  random: Random,
): Pick<LiveSample, 'contributions' | 'leftOut'> {
  const now = nowMillis();
  const found = live
    .filter(
      (record) =>
        now - record.parkedAt >= minWaitMillis &&
        (parked === undefined || (record.parkedAt > parked.after && record.parkedAt <= parked.until)) &&
        (wanted === undefined || wanted.accepts(record.context)) &&
        (matches === undefined || matches(framesOf(record), record.operationFrames)),
    )
    .sort((one, other) => one.parkedAt - other.parkedAt);
  const isRare = rareOnes(found, ({ stack }) => stack, maxTasks);
  const isPinned = (record: TaskRecord): boolean => pinned?.accepts(record.context) === true;
  const taken = choose(found, maxTasks, [isPinned, isRare], random);
  const contributions = taken.map(({ candidate, probability }): Contribution => ({
    task: candidate,
    amount: candidate.weight / probability,
    inclusionProbability: probability / candidate.weight,
    waitMillis: now - candidate.parkedAt,
    source: 'captured',
  }));
  return { contributions, leftOut: found.length - taken.length };
}
