import type { Estimate } from '../snapshot/estimate.ts';
import { samplingProbability } from '../snapshot/build-snapshot.ts';
import type { CollectedTasks } from './collect.ts';
import { numberText, tasksText } from './text-quantities.ts';

const WHEN = {
  moment: 'all at one moment (consistency: moment)',
  slices: 'each at its own moment, over some milliseconds (consistency: slices)',
} as const;

/** The lines that a text begins with: how many tasks, of when, and how sure that is. */
export function headerText(list: CollectedTasks, all: Estimate): string {
  const probability = samplingProbability(list, all);
  const lines = [
    `${tasksText(all.total)} parked${certainty(all, probability)}`,
    `time: ${new Date(Number(list.timeUnixNano / 1_000_000n)).toISOString()}, ${when(list)}`,
    `sampling probability: ${probabilityText(probability)}${lookedAt(list)}`,
  ];
  if (list.droppedTasks > 0) lines.push(`left out because of maxTasks: ${numberText(list.droppedTasks)}`);
  return `${lines.join('\n')}\n`;
}

function certainty(all: Estimate, probability: number): string {
  if (probability === 1) return ', exactly';
  return all.standardError === 0 ? '' : `, standard error ${numberText(all.standardError)}`;
}

function when(list: CollectedTasks): string {
  if (list.consistency !== 'interval') return WHEN[list.consistency];
  const seconds = 'durationNano' in list ? (Number(list.durationNano) / 1e9).toFixed(2) : '?';
  return `mean over the ${seconds} s before (consistency: interval)`;
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
