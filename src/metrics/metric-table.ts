import type { Attributes } from '@opentelemetry/api';
import type { EngineCounts } from '../capture/task-engine.ts';
import type { CountedExports } from '../export/exporter-counts.ts';

/** What the metrics of one collection are made of. */
export interface MetricReading {
  /** Estimated number of tasks that are parked now. */
  readonly liveTasks: number;
  /** Of these, about how many have been parked for `stuckMillis`. */
  readonly stuckTasks: number;
  readonly counts: EngineCounts;
  readonly exports: readonly CountedExports[];
  readonly faults: number;
}

export type MetricPoint = readonly [value: number, attributes?: Attributes];

/** One metric: what makes its instrument, what reads it, and what documents it. */
export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'upDownCounter' | 'gauge';
  /** UCUM, as OpenTelemetry has it. */
  readonly unit: string;
  readonly description: string;
  readonly points: (reading: MetricReading) => readonly MetricPoint[];
}

/** Names of attributes of the metrics. */
const SOURCE = 'taskprof.source';
const REASON = 'taskprof.drop.reason';

const CAPTURED = { [SOURCE]: 'captured' };
const FOLLOWED = { [SOURCE]: 'followed' };

/**
 * Every metric, in the order of the README's table, which is made from this. The names follow those of OpenTelemetry's own
 * (`otel.sdk.span.live`, `otel.sdk.exporter.span.exported`), in a namespace of the package's.
 */
export const METRICS: readonly Metric[] = [
  {
    name: 'taskprof.task.live',
    kind: 'upDownCounter',
    unit: '{task}',
    description: 'Tasks that are parked now.',
    points: ({ liveTasks }) => [[Math.round(liveTasks)]],
  },
  {
    name: 'taskprof.task.started',
    kind: 'counter',
    unit: '{task}',
    description: 'Tasks that began to park.',
    points: ({ counts }) => [[Math.round(counts.startedTasks)]],
  },
  {
    name: 'taskprof.task.resumed',
    kind: 'counter',
    unit: '{task}',
    description: 'Tasks that resumed.',
    points: ({ counts }) => [[Math.round(counts.resumedTasks)]],
  },
  {
    name: 'taskprof.task.lost',
    kind: 'counter',
    unit: '{task}',
    description: 'Tasks that can never resume: what they await was garbage-collected.',
    points: ({ counts }) => [[Math.round(counts.estimatedLostTasks)]],
  },
  {
    name: 'taskprof.task.stuck',
    kind: 'upDownCounter',
    unit: '{task}',
    description: 'Tasks that are parked now and have been for `stuckMillis` or longer.',
    points: ({ stuckTasks }) => [[Math.round(stuckTasks)]],
  },
  {
    name: 'taskprof.sampling.probability',
    kind: 'gauge',
    unit: '1',
    description: 'Probability with which a task that starts now is `followed`, and one that parks now `captured`.',
    points: ({ counts: { captureProbability, followProbability } }) =>
      followProbability === undefined
        ? [[captureProbability, CAPTURED]]
        : [
            [captureProbability, CAPTURED],
            [followProbability, FOLLOWED],
          ],
  },
  {
    name: 'taskprof.duty_cycle',
    kind: 'gauge',
    unit: '1',
    description:
      'Share of the time in which the promise hooks are on: 1, but where they alone would exceed the budget.',
    points: ({ counts: { dutyCycle } }) => [[dutyCycle]],
  },
  {
    name: 'taskprof.live_set.size',
    kind: 'upDownCounter',
    unit: '{park}',
    description: 'What is held: tasks that were `captured`; awaits and `.then` links that are `followed`.',
    points: ({ counts }) => [
      [counts.captured, CAPTURED],
      [counts.followed, FOLLOWED],
    ],
  },
  {
    name: 'taskprof.stack.captured',
    kind: 'counter',
    unit: '{stack}',
    description: 'Stacks that were captured at an await.',
    points: ({ counts }) => [[counts.captures]],
  },
  {
    name: 'taskprof.stack.walked',
    kind: 'counter',
    unit: '{stack}',
    description: 'Stacks that were walked later.',
    points: ({ counts }) => [[counts.walks]],
  },
  {
    name: 'taskprof.sample.dropped',
    kind: 'counter',
    unit: '{sample}',
    description: 'What was given up: captured tasks (`live_set_full`), promise events (`stack_overflow`).',
    points: ({ counts }) => [
      [counts.droppedTasks, { [REASON]: 'live_set_full' }],
      [counts.missedEvents, { [REASON]: 'stack_overflow' }],
    ],
  },
  {
    name: 'taskprof.overhead.time',
    kind: 'counter',
    unit: 's',
    description: 'Time that the profiler took on this thread for captures, following and walks.',
    points: ({ counts }) => [[counts.spentMillis / 1_000]],
  },
  {
    name: 'taskprof.fault',
    kind: 'counter',
    unit: '{fault}',
    description: 'Faults of the profiler itself that were caught; `diag` tells of them.',
    points: ({ faults }) => [[faults]],
  },
  {
    name: 'taskprof.exporter.message.exported',
    kind: 'counter',
    unit: '{message}',
    description: 'Messages whose export has ended; with `error.type` where they did not arrive.',
    points: (reading) =>
      ofExporters(reading, ({ sent, lostByReason }) => [
        [sent],
        ...Object.entries(lostByReason).map(([reason, count]): MetricPoint => [count, { 'error.type': reason }]),
      ]),
  },
  {
    name: 'taskprof.exporter.message.retried',
    kind: 'counter',
    unit: '{message}',
    description: 'Tries of messages beyond the first.',
    points: (reading) => ofExporters(reading, ({ retried }) => [[retried]]),
  },
  {
    name: 'taskprof.exporter.profile.rejected',
    kind: 'counter',
    unit: '{profile}',
    description: 'Profiles that the receiver refused out of messages that it accepted.',
    points: (reading) => ofExporters(reading, ({ rejectedProfiles }) => [[rejectedProfiles]]),
  },
];

/** The points of each exporter, which is told by the attributes that OpenTelemetry has for the parts of an SDK. */
function ofExporters(
  { exports }: MetricReading,
  points: (counts: CountedExports['counts']) => readonly MetricPoint[],
): MetricPoint[] {
  return exports.flatMap(({ exporter, counts }, index) =>
    points(counts).map(([value, attributes]): MetricPoint => {
      const component = { 'otel.component.type': exporter, 'otel.component.name': `${exporter}/${index}` };
      return [value, { ...component, ...attributes }];
    }),
  );
}
