import assert from 'node:assert/strict';
import { TaskLabels } from '../../src/base/task-labels.ts';
import type { SpanReference } from '../../src/base/types.ts';
import type { Contribution, SampledTask } from '../../src/capture/live-sample.ts';
import type { TaskEngine } from '../../src/capture/task-engine.ts';
import { PLAIN_VIEW, type StackView } from '../../src/frames/stack-view.ts';
import { buildInstantProfile } from '../../src/profile/build.ts';
import { buildIntervalProfiles } from '../../src/profile/build-interval.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { groupTasks } from '../../src/snapshot/build-snapshot.ts';
import { groupInterval } from '../../src/snapshot/interval.ts';
import { listTasks, type SnapshotParts, type TaskList } from '../../src/snapshot/task-list.ts';
import { frame } from '../support/profiles-data.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const GOLD = new TaskLabels([['tier', 'gold']]);
const STACKS = [[frame('acquire'), frame('handle')], [frame('query')]];
const STUCK_MILLIS = 1_000;

interface Task {
  readonly stack?: number;
  readonly operationFrames?: number;
  readonly waitMillis?: number;
  readonly labels?: TaskLabels;
  readonly span?: SpanReference;
  readonly inclusion?: number;
  readonly source?: 'captured' | 'followed';
}

let units = 0;
function contribution({ waitMillis = 5, inclusion = 1, source = 'captured', ...of }: Task): Contribution {
  const { stack = 0, operationFrames = 0, labels = TaskLabels.none, span } = of;
  const context = { span, labels };
  return {
    task: { parkedAt: 0, context, stack, operationFrames, unit: ++units, unitProbability: inclusion },
    ...{ amount: 1 / inclusion, inclusionProbability: inclusion, waitMillis, source },
  };
}

/** Labels that an engine was told of. */
let notedCuts: number[] = [];

function listOf(
  tasks: readonly Task[],
  changes: Partial<SnapshotParts & { dutyCycle: number }> = {},
  view?: StackView,
): TaskList {
  notedCuts = [];
  const { dutyCycle = 1, ...parts } = changes;
  const engine = {
    ...{ stuckMillis: STUCK_MILLIS, samplingProbability: 0.25, counts: { droppedTasks: 3, dutyCycle } },
    framesOf: ({ stack }: SampledTask) => STACKS[stack],
    noteCutLabels: (count: number) => notedCuts.push(count),
  };
  const given = { now: 0, leftOut: 0, isExact: true, consistency: 'moment', ...parts } as const;
  return listTasks(engine as unknown as TaskEngine, { ...given, contributions: tasks.map(contribution) }, view);
}

describe('the tasks of a snapshot', () => {
  it('are grouped by stack, labels, span and whether they are stuck; most tasks first, then who waits longest', () => {
    const other = { ...SPAN, spanId: '00f067aa0ba902b7' };
    const { samples, totalTasks } = groupTasks(
      listOf([
        {},
        { stack: 1, waitMillis: 20 },
        { waitMillis: 7, labels: GOLD },
        { waitMillis: 9, labels: new TaskLabels([['tier', 'gold']]) },
        { waitMillis: 8, labels: GOLD },
        { waitMillis: 30, span: SPAN },
        { waitMillis: 40, span: other },
        { waitMillis: STUCK_MILLIS },
        { waitMillis: STUCK_MILLIS + 1 },
        { waitMillis: STUCK_MILLIS - 1, operationFrames: 1 },
      ]),
    );
    assert.equal(totalTasks, 10);
    assert.deepEqual(
      samples.map(({ stack, awaitIndex, tasks, oldestWaitMillis, labels, span, stuck }) => [
        ...[stack[0]!.functionName, awaitIndex, tasks, oldestWaitMillis],
        ...[labels.tier, span?.spanId, stuck],
      ]),
      [
        ['acquire', 0, 3, 9, 'gold', undefined, undefined],
        ['acquire', 0, 2, STUCK_MILLIS + 1, undefined, undefined, true],
        ['acquire', 0, 2, STUCK_MILLIS - 1, undefined, undefined, undefined],
        ['acquire', 0, 1, 40, undefined, other.spanId, undefined],
        ['acquire', 0, 1, 30, undefined, SPAN.spanId, undefined],
        ['query', 0, 1, 20, undefined, undefined, undefined],
      ],
    );
    assert.deepEqual(
      samples.map((sample) => ['span' in sample, 'stuck' in sample]),
      [
        [false, false],
        [false, true],
        [false, false],
        [true, false],
        [true, false],
        [false, false],
      ],
    );
  });

  it('have one object for equal labels, and for equal stacks', () => {
    const alike = new TaskLabels([['tier', 'gold']]);
    const { samples } = groupTasks(listOf([{ labels: GOLD }, { labels: alike, span: SPAN }]));
    assert.equal(samples.length, 2);
    assert.equal(samples[0]!.labels, samples[1]!.labels);
    assert.equal(samples[0]!.stack, samples[1]!.stack);
  });

  it('are followed where any of them was', () => {
    const sourceOf = (...sources: ('captured' | 'followed')[]): string =>
      groupTasks(listOf(sources.map((source) => ({ source })))).samples[0]!.source;
    assert.deepEqual(
      [sourceOf('captured'), sourceOf('captured', 'followed', 'captured'), sourceOf('followed')],
      ['captured', 'followed', 'followed'],
    );
  });

  it('have the mean probability of theirs, and 1 only where none can have been left out', () => {
    const of = (isExact: boolean, ...inclusions: number[]): unknown[] => {
      const list = listOf(
        inclusions.map((inclusion) => ({ inclusion })),
        { isExact },
      );
      const { samplingProbability, samples, totalTasks, totalStandardError } = groupTasks(list);
      return [samplingProbability, samples[0]?.samplingProbability, totalTasks, totalStandardError];
    };
    assert.deepEqual(of(true, 1, 1), [1, 1, 2, 0]);
    assert.deepEqual(of(false, 1, 1), [0.999, 0.999, 2, 0]);
    assert.deepEqual(of(false, 0.5, 0.5), [0.5, 0.5, 4, Math.sqrt(2 * 0.5 * 4)]);
    assert.deepEqual(of(false), [0.25, undefined, 0, 0]);
    assert.deepEqual(of(true), [1, undefined, 0, 0]);
  });

  it('say what was left out, and the share of the time in which the hooks are on where that is not all', () => {
    const list = listOf([], { leftOut: 4, dutyCycle: 0.5, consistency: 'slices' });
    const snapshot = groupTasks(list);
    assert.deepEqual([snapshot.droppedTasks, snapshot.dutyCycle, snapshot.consistency], [7, 0.5, 'slices']);
    assert.equal(buildInstantProfile(snapshot).attributes['taskprof.duty_cycle'], 0.5);
    const whole = groupTasks(listOf([]));
    assert.ok(!('dutyCycle' in listOf([])) && !('dutyCycle' in whole));
    assert.ok(!('taskprof.duty_cycle' in buildInstantProfile(whole).attributes));
  });

  it('count labels that were cut, for each task that has them, and tell the engine', () => {
    const cut = new TaskLabels([['tier', 'gold']], 2);
    const list = listOf([{ labels: cut }, { labels: cut }, { labels: GOLD }]);
    assert.deepEqual([list.cutLabels, groupTasks(list).cutLabels, notedCuts], [4, 4, [4]]);
  });

  it('have their stacks and labels as a view shows them, each set of labels shown once', () => {
    let asked = 0;
    const view: StackView = {
      ...PLAIN_VIEW,
      stack: (_, pivot) => ({ frames: STACKS[1]!, pivot: pivot + 1 }),
      labels: (labels) => (asked++, labels === GOLD ? new TaskLabels([['tier', '***']]) : labels),
    };
    const list = listOf([{ labels: GOLD, span: SPAN }, { labels: GOLD }, { stack: 1 }], {}, view);
    assert.equal(asked, 2);
    assert.deepEqual(
      list.tasks.map(({ stack, awaitIndex, context }) => [
        stack[0]!.functionName,
        awaitIndex,
        context.labels.values,
        context.span,
      ]),
      [
        ['query', 1, { tier: '***' }, SPAN],
        ['query', 1, { tier: '***' }, undefined],
        ['query', 1, {}, undefined],
      ],
    );
    assert.equal(list.tasks[0]!.stackNumber, list.tasks[2]!.stackNumber);
  });

  it('are an interval of time with their waits, as profiles: the mean, and the sum of waits', () => {
    const list = listOf([{ inclusion: 0.5 }, { labels: GOLD, span: SPAN }], {
      ...{ isExact: false, consistency: 'interval', dutyCycle: 0.5 },
    });
    const snapshot = groupInterval({ ...list, startTimeUnixNano: 5n, durationNano: 2_000_000n });
    assert.deepEqual(
      [snapshot.totalWaitMillis, snapshot.startTimeUnixNano, snapshot.durationNano],
      [6, 5n, 2_000_000n],
    );
    assert.deepEqual(
      snapshot.samples.map(({ tasks, waitMillis }) => [tasks, waitMillis]),
      [
        [2, 4],
        [1, 2],
      ],
    );
    const [mean, wait] = buildIntervalProfiles(snapshot, () => 0);
    for (const profile of [mean, wait]) checkProfile(profile);
    assert.deepEqual(
      [mean.timeUnixNano, mean.durationNano, mean.samples.map(({ value }) => value)],
      [5n, 2_000_000n, [2, 1]],
    );
    const { samples, ...head } = wait;
    assert.deepEqual(
      samples.map(({ value }) => value),
      [4_000_000, 2_000_000],
    );
    assert.deepEqual(samples[1], { stack: STACKS[0], attributes: { tier: 'gold' }, link: SPAN, value: 2_000_000 });
    assert.equal(samples[0]!.stack, mean.samples[0]!.stack);
    const error = snapshot.totalStandardError * 2_000_000;
    assert.deepEqual(head, {
      sampleType: { type: 'wait', unit: 'nanoseconds' },
      periodType: { type: 'wait', unit: 'nanoseconds' },
      period: 1,
      ...{ timeUnixNano: 5n, durationNano: 2_000_000n },
      attributes: {
        'taskprof.view': 'sum',
        'taskprof.wait': 6_000_000,
        'taskprof.wait.standard_error': error,
        'taskprof.sampling_probability': 2 / 3,
        'taskprof.dropped_tasks': 3,
        'taskprof.sample.standard_error': [head.attributes['taskprof.sample.standard_error']].flat(),
        'taskprof.consistency': 'interval',
        'taskprof.duty_cycle': 0.5,
        'taskprof.sample.oldest_wait': mean.attributes['taskprof.sample.oldest_wait'],
        'taskprof.sample.await_index': [0, 0],
      },
    });
    const [first, second] = head.attributes['taskprof.sample.standard_error'] as number[];
    assert.ok(Math.abs(first! / error - 1) < 2 ** -13 && second === 0, String(first));
    assert.deepEqual(mean.attributes['taskprof.sample.oldest_wait'], [5_000_192, 5_000_192]);
  });
});
