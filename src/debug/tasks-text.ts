import { Estimate } from '../snapshot/estimate.ts';
import type { ListedTask } from '../snapshot/task-list.ts';
import type { CollectedTasks } from './collect.ts';
import { labelsText } from './labels-text.ts';
import { StackTexts } from './stack-text.ts';
import { headerText } from './text-header.ts';
import { durationText, numberText } from './text-quantities.ts';

/** Tasks that are added up in one step. */
const TASKS_PER_STEP = 128;

/** As Go's `?debug=2`, for people: one task after another, the one that has waited longest first. In steps of some 0.1 ms. */
export function* tasksText(list: CollectedTasks): Generator<string> {
  const all = new Estimate();
  for (const [i, { contribution }] of list.tasks.entries()) {
    all.add(contribution);
    if (i % TASKS_PER_STEP === 0) yield '';
  }
  yield headerText(list, all);
  const stacks = new StackTexts();
  const oldestFirst = list.tasks.toSorted((a, b) => b.contribution.waitMillis - a.contribution.waitMillis);
  for (const [i, task] of oldestFirst.entries())
    yield `\n${taskText(i + 1, task, stacks, 'lost' in list ? 'lost after' : 'parked')}`;
}

function taskText(
  number: number,
  { contribution, context, stack, awaitIndex, isStuck }: ListedTask,
  stacks: StackTexts,
  state: string,
): string {
  const { amount, waitMillis } = contribution;
  const { span, labels } = context;
  const standsFor = amount === 1 ? '' : `, stands for ${numberText(amount)}`;
  const lines = [
    `task ${number}, ${state} ${durationText(waitMillis)}${isStuck === true ? ', stuck' : ''}${standsFor}`,
  ];
  if (Object.keys(labels.values).length > 0) lines.push(`# labels: ${labelsText(labels.values)}`);
  if (span !== undefined) lines.push(`# trace ${span.traceId} span ${span.spanId}`);
  return `${lines.join('\n')}\n${stacks.of(stack, awaitIndex)}`;
}
