import type { Measure } from '../profile/measures.ts';

/** How amounts of tasks are told: as such, or as the time that they waited. */
export interface AmountTexts {
  /** `98.8 ±10.0 tasks`, `494 ±50 s` */
  readonly withUnit: (tasks: number, standardError: number) => string;
  /** The same where the unit is known. */
  readonly short: (tasks: number, standardError: number) => string;
  /** What is said of the longest wait. */
  readonly oldest: string;
}

/** `durationMillis`: length of the interval, where `tasks` is the mean over one. */
export function amountTexts(measure: Measure, durationMillis: number): AmountTexts {
  if (measure === 'tasks') return { withUnit: tasksText, short: countText, oldest: 'oldest' };
  if (measure === 'lost') return { withUnit: tasksText, short: countText, oldest: 'parked for up to' };
  const waitText = (tasks: number, standardError: number): string => {
    const text = durationText(tasks * durationMillis);
    return standardError > tasks / 10 ? `${text} ±${durationText(standardError * durationMillis)}` : text;
  };
  return { withUnit: waitText, short: waitText, oldest: 'oldest' };
}

/** A count, with its standard error where that says something: where it exceeds a tenth of the count. */
export function countText(count: number, standardError: number): string {
  const text = numberText(count);
  return standardError > count / 10 ? `${text} ±${numberText(standardError)}` : text;
}

/** `1 task`, `98.8 ±10.0 tasks` */
export function tasksText(count: number, standardError = 0): string {
  return `${countText(count, standardError)} ${count === 1 ? 'task' : 'tasks'}`;
}

/** Whole numbers as they are, others with one decimal place below a thousand. */
export function numberText(value: number): string {
  return Number.isInteger(value) || value >= 999.5 ? value.toFixed(0) : value.toFixed(1);
}

/** `46.8 %` */
export function shareText(part: number, whole: number): string {
  return `${(whole > 0 ? (100 * part) / whole : 0).toFixed(1)} %`;
}

const UNITS = [
  { above: 36e5, name: 'h', millis: 36e5, digits: 1 },
  { above: 6e4, name: 'min', millis: 6e4, digits: 1 },
  { above: 999.5, name: 's', millis: 1e3, digits: 2 },
  { above: 0, name: 'ms', millis: 1, digits: 0 },
] as const;

/** Three digits or so, in the unit that fits: `528 ms`, `12.30 s`, `4.5 min`. */
export function durationText(millis: number): string {
  const unit = UNITS.find(({ above }) => millis >= above) ?? UNITS[UNITS.length - 1]!;
  return `${(millis / unit.millis).toFixed(unit.digits)} ${unit.name}`;
}
