import type { Labels } from '../base/types.ts';
import type { Measure } from '../profile/measures.ts';
import { Estimate } from '../snapshot/estimate.ts';
import type { ListedTask } from '../snapshot/task-list.ts';
import type { CollectedTasks } from './collect.ts';
import { labelsText } from './labels-text.ts';
import { StackTexts } from './stack-text.ts';
import { headerText, millisOf } from './text-header.ts';
import { amountTexts, type AmountTexts, durationText, shareText } from './text-quantities.ts';

/** Sets of labels that are shown of one stack; most processes have fewer, and the rest is counted. */
const MAX_LABEL_SETS = 20;

/** Tasks that are added up in one step: 0.1 ms. */
const TASKS_PER_STEP = 128;

interface LabelledTasks {
  readonly labels: Labels;
  readonly estimate: Estimate;
}

interface Group {
  readonly first: ListedTask;
  readonly estimate: Estimate;
  readonly byLabels: Map<string, LabelledTasks>;
  oldestWaitMillis: number;
}

/**
 * As Go's `?debug=1`, for people: the tasks by stack, most first, each with the labels that its tasks have; or the time that they
 * waited. In steps of some 0.1 ms.
 */
export function* stacksText(list: CollectedTasks, sampleType: Measure = 'tasks'): Generator<string> {
  const all = new Estimate();
  const groups = new Map<number, Group>();
  for (const [i, task] of list.tasks.entries()) {
    all.add(task.contribution);
    addTo(groups, task);
    if (i % TASKS_PER_STEP === 0) yield '';
  }
  yield headerText(list, all, sampleType);
  const texts = amountTexts(sampleType, millisOf(list));
  const stacks = new StackTexts();
  for (const group of [...groups.values()].sort(mostTasksFirst)) {
    yield `\n${groupHead(group, all, texts)}${stacks.of(group.first.stack, group.first.awaitIndex)}`;
  }
}

function addTo(groups: Map<number, Group>, task: ListedTask): void {
  const { contribution, context, stackNumber } = task;
  let group = groups.get(stackNumber);
  if (group === undefined) {
    group = { first: task, estimate: new Estimate(), byLabels: new Map(), oldestWaitMillis: 0 };
    groups.set(stackNumber, group);
  }
  group.estimate.add(contribution);
  group.oldestWaitMillis = Math.max(group.oldestWaitMillis, contribution.waitMillis);
  const { key, values } = context.labels;
  let labelled = group.byLabels.get(key);
  if (labelled === undefined) group.byLabels.set(key, (labelled = { labels: values, estimate: new Estimate() }));
  labelled.estimate.add(contribution);
}

function groupHead({ estimate, byLabels, oldestWaitMillis }: Group, all: Estimate, texts: AmountTexts): string {
  const amount = texts.withUnit(estimate.total, estimate.standardError);
  const share = shareText(estimate.total, all.total);
  return `${amount}, ${share}, ${texts.oldest} ${durationText(oldestWaitMillis)}\n${labelLines([...byLabels.values()], texts)}`;
}

/** One line for each set of labels; none where no task has any. */
function labelLines(sets: LabelledTasks[], texts: AmountTexts): string {
  if (sets.every(({ labels }) => Object.keys(labels).length === 0)) return '';
  const shown = sets.sort((a, b) => b.estimate.total - a.estimate.total).slice(0, MAX_LABEL_SETS);
  const lines = shown.map(
    ({ labels, estimate }) => `# ${texts.short(estimate.total, estimate.standardError)}: ${labelsText(labels)}\n`,
  );
  if (sets.length > shown.length) lines.push(`# and ${sets.length - shown.length} more sets of labels\n`);
  return lines.join('');
}

function mostTasksFirst(a: Group, b: Group): number {
  return b.estimate.total - a.estimate.total || b.oldestWaitMillis - a.oldestWaitMillis;
}
