import { valueText } from './quantities.ts';
import type { Line } from './styled-line.ts';
import type { TaskList } from './task-list.ts';

const TASK_STATES: ReadonlyMap<string, string> = new Map([
  ['tasks', 'parked'],
  ['lost', 'lost: these will never resume'],
]);

/** How much of what there is, and how it was looked at: two lines. */
export function titleLines(list: TaskList): Line[] {
  const { type, unit } = list.valueType;
  const total = valueText(list.total, list.totalStandardError, unit);
  const state = TASK_STATES.get(type);
  const what = state === undefined ? `${total} ${type}` : `${total} ${total === '1' ? 'task' : 'tasks'} ${state}`;
  return [
    [{ text: what, style: 'bold' }, { text: list.service === '' ? '' : ` in ${list.service}` }],
    [
      {
        text: [timeText(list.timeUnixNano), list.when, ...samplingTexts(list)].filter((text) => text !== '').join(', '),
        style: 'dim',
      },
    ],
  ];
}

function samplingTexts({ samplingProbability, dutyCycle, dropped }: TaskList): string[] {
  const seen = samplingProbability === undefined ? [] : [samplingText(samplingProbability)];
  if (dutyCycle !== undefined) seen.push(`looked during ${Number((100 * dutyCycle).toPrecision(2))} % of the time`);
  return dropped > 0 ? [...seen, `${dropped} not looked at`] : seen;
}

function samplingText(probability: number): string {
  if (probability === 1) return 'every task seen';
  return probability >= 0.995
    ? 'nearly every task seen'
    : `sampled with probability ${Number(probability.toPrecision(2))}`;
}

// Beyond the year 9999 there is no such text, and 0 is what an unknown time is.
const MAX_MILLIS = Date.UTC(9999, 11, 31);

export function timeText(nanos: bigint): string {
  const millis = Number(nanos / 1_000_000n);
  return millis > 0 && millis < MAX_MILLIS ? new Date(millis).toISOString() : 'time not known';
}
