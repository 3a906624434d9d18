import { mergeProfiles, type MergedProfiles } from '../analyze/merge-profiles.ts';
import { askFleet } from './fleet.ts';
import type { FleetChoice } from './fleet-options.ts';
import { quantityText } from './fleet-text.ts';
import type { Line } from './styled-line.ts';
import type { TaskList } from './task-list.ts';
import { taskLines, type ViewOptions } from './task-view.ts';
import { timeText } from './title-lines.ts';
import { writeLines } from './write-lines.ts';
import { writeStdout } from './write-output.ts';

export interface TopFilesOptions {
  readonly view: ViewOptions;
  readonly json: boolean;
}

/** Stacks that are looked at, those with the most first: a tree of all could be of any size. */
const MAX_STACKS = 1_000;

/** `taskprof top PATHS`: all profiles as one. */
export async function topOfFiles(choice: FleetChoice, { view, json }: TopFilesOptions): Promise<void> {
  const limit = Math.min(view.limit, MAX_STACKS);
  const merged = await askFleet(choice, undefined, (database) => mergeProfiles(database, limit));
  if (json) return writeStdout(`${JSON.stringify(jsonOf(choice, merged), null, 2)}\n`);
  const rest = merged.stackCount - merged.stacks.length;
  await writeLines([
    ...titleLines(choice, merged),
    [],
    ...taskLines(listOf(choice, merged), view),
    ...(rest > 0 ? [[{ text: `${rest} stacks with less are not looked at`, style: 'dim' as const }]] : []),
  ]);
}

function titleLines(
  { selection }: FleetChoice,
  { profiles, total, unit, firstUnixNano, lastUnixNano }: MergedProfiles,
): Line[] {
  return [
    [
      { text: `${quantityText(total / profiles, unit)} ${selection.measure} a profile`, style: 'bold' },
      { text: `, mean of ${profiles} profiles` },
    ],
    [{ text: `${timeText(firstUnixNano)} to ${timeText(lastUnixNano)}`, style: 'dim' }],
  ];
}

/** With means over the profiles. */
function listOf(
  { selection }: FleetChoice,
  { profiles, total, unit, stacks, firstUnixNano }: MergedProfiles,
): TaskList {
  return {
    valueType: { type: selection.measure, unit },
    service: '',
    timeUnixNano: firstUnixNano,
    consistency: undefined,
    when: '',
    total: total / profiles,
    totalStandardError: 0,
    samplingProbability: undefined,
    dropped: 0,
    entries: stacks.map(({ frames, value }) => ({
      stack: frames.map((frame) => ({ ...frame, column: 0 })),
      awaitIndex: undefined,
      value: value / profiles,
      standardError: 0,
      oldestWaitMillis: undefined,
      labels: {},
      span: undefined,
    })),
  };
}

function jsonOf({ selection }: FleetChoice, { stacks, firstUnixNano, lastUnixNano, ...head }: MergedProfiles): object {
  return {
    measure: selection.measure,
    ...head,
    firstUnixNano: String(firstUnixNano),
    lastUnixNano: String(lastUnixNano),
    stacks: stacks.map(({ frames, value, ...stack }) => ({
      value,
      mean: value / head.profiles,
      share: head.total === 0 ? 0 : value / head.total,
      ...stack,
      stack: frames,
    })),
  };
}
