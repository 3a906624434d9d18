import type { Measure } from '../profile/measures.ts';
import type { Estimate } from '../snapshot/estimate.ts';
import type { LostTaskList } from '../snapshot/lost.ts';
import { samplingProbability } from '../snapshot/build-snapshot.ts';
import type { CollectedTasks } from './collect.ts';
import { durationText, numberText, tasksText } from './text-quantities.ts';

const WHEN = {
  moment: 'all at one moment (consistency: moment)',
  slices: 'each at its own moment, over some milliseconds (consistency: slices)',
} as const;

/** The lines that a text begins with: how many tasks, or how long they waited, of when, and how sure that is. */
export function headerText(list: CollectedTasks, all: Estimate, measure: Measure = 'tasks'): string {
  if ('lost' in list) return lostHeader(list, all);
  const probability = samplingProbability(list, all);
  const lines = [
    measure === 'wait'
      ? waitLine(list, all, probability)
      : `${tasksText(all.total)} parked${certainty(all, probability)}`,
    `time: ${timeText(list)}, ${when(list)}`,
    `sampling probability: ${probabilityText(probability)}${lookedAt(list)}`,
  ];
  if (list.dutyCycle !== undefined) lines.push(`looked during a part of the time: ${probabilityText(list.dutyCycle)}`);
  if (list.droppedTasks > 0) lines.push(`left out because of maxTasks: ${numberText(list.droppedTasks)}`);
  return `${lines.join('\n')}\n`;
}

function lostHeader(list: LostTaskList, all: Estimate): string {
  const lines = [
    `${tasksText(all.total)} lost${certainty(all, 0)}: these will never resume`,
    'what they await was garbage-collected, so nobody can settle it; found by the garbage collector, so there may be more',
    `time: ${timeText(list)}, seen in the ${durationText(millisOf(list))} before`,
  ];
  if (list.droppedTasks > 0) lines.push(`not kept, the others count for them: ${numberText(list.droppedTasks)}`);
  return `${lines.join('\n')}\n`;
}

function timeText({ timeUnixNano }: CollectedTasks): string {
  return new Date(Number(timeUnixNano / 1_000_000n)).toISOString();
}

function waitLine(list: CollectedTasks, all: Estimate, probability: number): string {
  const mean = `${tasksText(all.total)} on average`;
  return `${durationText(all.total * millisOf(list))} waited, ${mean}${certainty(all, probability)}`;
}

function certainty(all: Estimate, probability: number): string {
  if (probability === 1) return ', exactly';
  return all.standardError === 0 ? '' : `, standard error ${numberText(all.standardError)}`;
}

function when(list: CollectedTasks): string {
  if (list.consistency !== 'interval') return WHEN[list.consistency];
  return `mean over the ${(millisOf(list) / 1e3).toFixed(2)} s before (consistency: interval)`;
}

/** Length of the interval; 0 where it is none. */
export function millisOf(list: CollectedTasks): number {
  return 'durationNano' in list ? Number(list.durationNano) / 1e6 : 0;
}

/** 1 only where it is: nothing is rounded up to that. */
function probabilityText(probability: number): string {
  if (probability === 1) return '1';
  return probability > 0.99 ? 'over 0.99' : String(Number(probability.toPrecision(2)));
}

/** In an interval tasks are looked at more than once. */
function lookedAt({ consistency, tasks }: CollectedTasks): string {
  return consistency === 'interval' ? '' : `, ${tasksText(tasks.length)} looked at`;
}
