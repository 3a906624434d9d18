import { durationText, shareText } from './quantities.ts';
import { type Line, padEnd, padStart, type Style } from './styled-line.ts';
import type { TaskList } from './task-list.ts';
import { taskLines, type ViewOptions } from './task-view.ts';
import type { WhereTime } from './where-time.ts';

const NANOS_PER_MILLI = 1e6;
const TIME_WIDTH = 11;
const SHARE_WIDTH = 10;

/** The lines of where the time went: the sum, its parts, then the stacks of those that have some. */
export function whereLines(time: WhereTime, what: string, view: ViewOptions): Line[] {
  return [
    titleLine(time, what),
    [{ text: subtitle(time), style: 'dim' }],
    [],
    [{ text: `${padStart('TIME', TIME_WIDTH)}${padStart('SHARE', SHARE_WIDTH)}  WHERE`, style: 'dim' }],
    ...partLines(time),
    ...stackLines('Waiting', time.wait, time.wall, view),
    ...(time.cpu ? stackLines('On CPU', time.cpu, time.wall, view) : []),
  ];
}

function titleLine({ wall, service }: WhereTime, what: string): Line {
  return [{ text: `${millisText(wall)} of ${what}`, style: 'bold' }, { text: service === '' ? '' : ` in ${service}` }];
}

function subtitle({ intervalNanos, isByTraces, spans = 0, wall }: WhereTime): string {
  const over = `over ${millisText(intervalNanos)}`;
  if (!isByTraces) return `${over}, by samples`;
  const each = spans === 0 ? '' : `, ${millisText(wall / spans)} each`;
  return `${over}, by ${spans} ${spans === 1 ? 'span' : 'spans'}${each}`;
}

function partLines({ wall, cpu, wait, rest, isByTraces }: WhereTime): Line[] {
  return [
    cpu ? partLine(cpu.total, wall, 'on CPU') : noteLine('on CPU: not known, there is no such profile (option cpu)'),
    partLine(wait.total, wall, 'waiting'),
    partLine(rest, wall, restText(rest, isByTraces), 'dim'),
  ];
}

function restText(rest: number, isByTraces: boolean): string {
  if (rest < 0) return 'rest: parts waited or ran at the same time';
  return isByTraces ? 'rest: neither, or not seen' : 'rest: something to run, and no core';
}

function partLine(nanos: number, wall: number, text: string, style?: Style): Line {
  return [
    { text: padStart(millisText(nanos), TIME_WIDTH), style: 'bold' },
    { text: `${padStart(shareText(nanos, wall), SHARE_WIDTH)}  ` },
    { text, style },
  ];
}

function noteLine(text: string): Line {
  return [{ text: `${padEnd('', TIME_WIDTH + SHARE_WIDTH)}  ${text}`, style: 'dim' }];
}

/** Shares are of the whole time. */
function stackLines(heading: string, list: TaskList, wall: number, view: ViewOptions): Line[] {
  if (list.entries.length === 0) return [];
  return [[], [{ text: heading, style: 'bold' }], ...taskLines({ ...list, total: wall }, view)];
}

function millisText(nanos: number): string {
  return nanos < 0 ? `-${durationText(-nanos / NANOS_PER_MILLI)}` : durationText(nanos / NANOS_PER_MILLI);
}
