import type { Attributes } from '../../src/profile/model.ts';
import type { DecodedProfile } from './decode.ts';
import { groupTasks, type SpanLookup, type TaskGroup } from './parked-tasks.ts';
import { countText, durationText, shareText } from './quantities.ts';
import type { StackLine } from './stack-lines.ts';
import type { Line, Style } from './styled-text.ts';

export interface TableOptions {
  /** Whose profile it is: `service.name` is shown. */
  readonly resource: Attributes;
  readonly spanOf: SpanLookup;
  /** Lines that fit; stacks that do not are counted in the last one. Default: no limit. */
  readonly maxLines?: number;
}

const COUNT_WIDTH = 13;
const SHARE_WIDTH = 9;
const OLDEST_WIDTH = 10;
const MAX_OPERATIONS = 6;
/** What has fewer tasks than this would be shown as 0.0. */
const MIN_TASKS = 0.05;
const ROLE_STYLE: Readonly<Record<StackLine['role'], Style | undefined>> = {
  operation: 'yellow',
  await: 'bold',
  caller: undefined,
  folded: 'dim',
};
const ROLE_PREFIX: Readonly<Record<StackLine['role'], string>> = {
  operation: '    ',
  await: '    await in ',
  caller: '      ',
  folded: '      ',
};

/** A `tasks` profile as lines: what tasks wait for and in which spans, then every stack, the most tasks first. */
export function tableLines(profile: DecodedProfile, { resource, spanOf, maxLines = Infinity }: TableOptions): Line[] {
  const { tasks, operations, stacks } = groupTasks(profile, spanOf);
  const head = [...titleLines(profile, resource, tasks), []];
  if (tasks === 0) return [...head, [{ text: 'No task is parked.' }]];
  const summary = [
    headingLine('WAITING FOR'),
    ...operations
      .filter(isShown)
      .slice(0, MAX_OPERATIONS)
      .flatMap((group) => operationLines(group, tasks)),
    [],
    headingLine('STACK'),
  ];
  return [...head, ...summary, ...stackBlocks(stacks, tasks, maxLines - head.length - summary.length)];
}

function isShown(group: TaskGroup): boolean {
  return group.tasks >= MIN_TASKS;
}

function titleLines(
  { timeUnixNano, durationNano, attributes }: DecodedProfile,
  resource: Attributes,
  tasks: number,
): Line[] {
  const end = new Date(Number((timeUnixNano + durationNano) / 1_000_000n)).toISOString();
  const name = resource['service.name'];
  const error = attributes['taskprof.tasks.standard_error'];
  const when =
    attributes['taskprof.view'] === 'instant' ? 'at this moment' : `mean over ${durationText(Number(durationNano))}`;
  return [
    [
      { text: `${countText(tasks, typeof error === 'number' ? error : 0)} tasks parked`, style: 'bold' },
      { text: ` in ${typeof name === 'string' ? name : 'an unnamed service'}` },
    ],
    [{ text: `${end}, ${when}${samplingText(attributes['taskprof.sampling_probability'])}`, style: 'dim' }],
  ];
}

function samplingText(probability: unknown): string {
  if (typeof probability !== 'number') return '';
  return probability === 1 ? ', every task seen' : `, sampled with probability ${Number(probability.toPrecision(2))}`;
}

function headingLine(last: string): Line {
  const counts = 'TASKS'.padEnd(COUNT_WIDTH) + 'SHARE'.padEnd(SHARE_WIDTH) + 'OLDEST'.padEnd(OLDEST_WIDTH);
  return [{ text: counts + last, style: 'dim' }];
}

function groupLine(group: TaskGroup, tasks: number, last: Line): Line {
  return [
    { text: countText(group.tasks, group.standardError).padEnd(COUNT_WIDTH), style: 'bold' },
    { text: shareText(group.tasks, tasks).padEnd(SHARE_WIDTH) },
    { text: durationText(group.oldestWaitNanos).padEnd(OLDEST_WIDTH) },
    ...last,
  ];
}

function operationLines(group: TaskGroup, tasks: number): Line[] {
  return [
    groupLine(group, tasks, [{ text: group.operation, style: 'yellow' }]),
    [{ text: ' '.repeat(COUNT_WIDTH) }, { text: `in ${sharesText(group.spans, group.tasks)}`, style: 'cyan' }],
  ];
}

/** As many whole stacks as fit in `maxLines`, one at least, then how many did not. */
function stackBlocks(stacks: readonly TaskGroup[], tasks: number, maxLines: number): Line[] {
  const lines: Line[] = [];
  for (const [n, group] of stacks.entries()) {
    const block = stackBlock(group, tasks);
    const needed = block.length + (n === stacks.length - 1 ? 0 : 1);
    if (n > 0 && (!isShown(group) || lines.length + needed > maxLines)) return [...lines, restLine(stacks.slice(n))];
    lines.push(...block);
  }
  return lines;
}

function stackBlock(group: TaskGroup, tasks: number): Line[] {
  const labels = group.labels.size > 0 ? `; ${sharesText(group.labels, group.tasks)}` : '';
  const where: Line = [{ text: `in ${sharesText(group.spans, group.tasks)}${labels}`, style: 'cyan' }];
  const names = group.lines.map((line) => ROLE_PREFIX[line.role] + line.name);
  const width = Math.max(...names.map((name, n) => (group.lines[n]?.place === '' ? 0 : name.length)));
  return [
    groupLine(group, tasks, where),
    ...group.lines.map((line, n) => stackLine(line, (names[n] ?? '').padEnd(width + 2))),
  ];
}

function stackLine({ role, place }: StackLine, name: string): Line {
  const style = ROLE_STYLE[role];
  return [
    { text: name, ...(style && { style }) },
    { text: place, style: 'dim' },
  ];
}

function restLine(stacks: readonly TaskGroup[]): Line {
  const tasks = stacks.reduce((sum, group) => sum + group.tasks, 0);
  return [
    {
      text: `${countText(tasks, 0).padEnd(COUNT_WIDTH)}in ${stacks.length} more ${stacks.length === 1 ? 'stack' : 'stacks'}`,
      style: 'dim',
    },
  ];
}

/** `GET /orders 52 %, POST /checkout 48 %`, the largest first. */
function sharesText(counts: ReadonlyMap<string, number>, whole: number): string {
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ${Math.round(whole > 0 ? (100 * count) / whole : 0)} %`)
    .join(', ');
}
