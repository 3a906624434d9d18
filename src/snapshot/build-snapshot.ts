import type { Labels } from '../base/types.ts';
import { Estimate } from './estimate.ts';
import type { ListedTask, TaskList } from './task-list.ts';
import type { TaskSample, TaskSnapshot } from './task-snapshot.ts';

/** Where a task may have been left out, the sampling probability says so even if all that is known was looked at. */
const ALMOST_ALL = 0.999;

interface Group {
  readonly first: ListedTask;
  readonly estimate: Estimate;
  oldestWaitMillis: number;
}

/** Groups the tasks of a list by stack, labels, span and whether they are stuck. */
export function groupTasks(list: TaskList): TaskSnapshot {
  const all = new Estimate();
  const groups = new Map<string, Group>();
  for (const task of list.tasks) {
    all.add(task.contribution);
    addTo(groups, task);
  }
  return Object.freeze({
    timeUnixNano: list.timeUnixNano,
    consistency: list.consistency,
    totalTasks: all.total,
    totalStandardError: all.standardError,
    samples: Object.freeze(samplesOf(groups.values(), list.isExact).sort(mostTasksFirst)),
    samplingProbability: samplingProbability(list, all),
    ...(list.dutyCycle !== undefined && { dutyCycle: list.dutyCycle }),
    droppedTasks: list.droppedTasks,
    cutLabels: list.cutLabels,
  });
}

/** The share of the tasks of a list that was looked at, where `all` is the estimate of how many there are. */
export function samplingProbability(list: TaskList, all: Estimate): number {
  if (list.isExact) return 1;
  return Math.min(all.total === 0 ? list.samplingProbability : all.samplingProbability, ALMOST_ALL);
}

function addTo(groups: Map<string, Group>, task: ListedTask): void {
  const { contribution, stackNumber } = task;
  const { span, labels } = task.context;
  const key = `${stackNumber} ${task.isStuck === true} ${span === undefined ? '' : span.traceId + span.spanId} ${labels.key}`;
  let group = groups.get(key);
  if (group === undefined) {
    groups.set(key, (group = { first: task, estimate: new Estimate(), oldestWaitMillis: 0 }));
  }
  group.estimate.add(contribution);
  group.oldestWaitMillis = Math.max(group.oldestWaitMillis, contribution.waitMillis);
}

/** Equal labels are one object: what comes after need not look into them. */
function samplesOf(groups: Iterable<Group>, isExact: boolean): TaskSample[] {
  const labelSets = new Map<string, Labels>();
  return Array.from(groups, (group) => {
    const { key, values } = group.first.context.labels;
    let labels = labelSets.get(key);
    if (labels === undefined) labelSets.set(key, (labels = values));
    return toSample(group, labels, isExact);
  });
}

function toSample(group: Group, labels: Labels, isExact: boolean): TaskSample {
  const { first, estimate, oldestWaitMillis } = group;
  const { stack, awaitIndex } = first;
  const { span } = first.context;
  return Object.freeze({
    stack,
    awaitIndex,
    tasks: estimate.total,
    standardError: estimate.standardError,
    samplingProbability: isExact ? 1 : Math.min(estimate.samplingProbability, ALMOST_ALL),
    source: estimate.isFollowed ? 'followed' : 'captured',
    oldestWaitMillis,
    labels,
    ...(span === undefined ? {} : { span: span }),
    ...(first.isStuck === true && { stuck: true }),
  });
}

function mostTasksFirst(a: TaskSample, b: TaskSample): number {
  return b.tasks - a.tasks || b.oldestWaitMillis - a.oldestWaitMillis;
}
