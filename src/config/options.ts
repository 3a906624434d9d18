import { isAbsolute } from 'node:path';
import { InvalidOptionError } from '../base/errors.ts';
import { type AnonymizeConfig, anonymizeConfig, type AnonymizeOptions, DEFAULT_ANONYMIZE_CONFIG } from './anonymize.ts';
import type { StuckTask } from '../base/types.ts';
import { type CpuProfilingConfig, type CpuProfilingOptions, resolveCpuOptions } from './cpu-options.ts';
import { DEFAULT_TASK_LABEL_CONFIG, type TaskLabelConfig, type TaskLabelOptions, taskLabelConfig } from './labels.ts';
import {
  type ResourceProfilingConfig,
  type ResourceProfilingOptions,
  resolveResourceOptions,
} from './resource-options.ts';

/** How a {@link TaskProfiler} samples and what it may use. Every option has a default that suits production. */
export interface TaskProfilerOptions {
  /**
   * Which tasks are known. `'adaptive'`: all of them while `overheadBudget` affords that, else as large a share as it affords.
   * `'all'`: every task, each stack captured at its await, whatever that costs (6 to 15 us of main-thread time an await). A
   * number in (0, 1]: this share of root tasks (those that start outside of any promise reaction) with all that they start in
   * turn is followed, whatever that costs; captures, which add operations to stacks, stay within their part of the budget.
   * Default `'adaptive'`.
   */
  sampling?: 'adaptive' | 'all' | number;
  /**
   * Most captured tasks that are held at once (beyond it a random half is given up and the other half counts twice), and most
   * followed tasks that a snapshot takes the stacks of; how many there are is known without. About 500 bytes each, and 5 to 20
   * us in a snapshot where the stack has to be walked. A whole number of at least 1, or Infinity. Default 1,024.
   */
  maxTasks?: number;
  /**
   * Most time that captures, following and the walks of periodic profiles may take, as a share of one core in (0, 1]. A higher
   * budget covers more tasks: standard errors fall with its square root. The walks of `snapshot()` come on top. Default 0.01.
   */
  overheadBudget?: number;
  /**
   * Most frames kept of a stack, from the leaf. A capture costs some 50 ns more for each frame that is there. A whole number
   * from 1 to 1,000. Default 64.
   */
  maxStackDepth?: number;
  /**
   * How long the promise that a followed task awaits is held. Then its stack is taken, as far as the budget allows, and the
   * promise let go of. More keeps abandoned promises, and what they hold, for longer; less takes more stacks that nobody asks
   * for. A number of milliseconds from 1 to 60,000. Default 1,000.
   */
  strongMillis?: number;
  /**
   * From which age on a parked task is taken for stuck: its samples have the attribute `taskprof.stuck`, it counts in the metric
   * `taskprof.task.stuck`, and `onStuck` is told of it. Costs nothing until something is that old. A number of milliseconds of at
   * least 1; Infinity: never. Default 60,000.
   */
  stuckMillis?: number;
  /**
   * Called for each task that is known to have become stuck, once, while it is still parked: so a request that hangs is seen before
   * its span ends. In a turn of its own, outside of any request; what it throws goes to `diag`. Of more than 1,024 that become stuck
   * within a moment so many are told, and stand for the others. Default: nobody is told.
   */
  onStuck?: (task: StuckTask) => unknown;
  /**
   * Whether frames are shown by the sources that their code was made from. `'auto'`: where Node.js runs with source maps
   * (`--enable-source-maps`, `module.setSourceMapsSupport()`). `true`: also by the maps that files name, contain or have beside them.
   * Each is read once, between turns of the event loop: 2 to 3 ms of the main thread for each MB. Its mappings, and the code
   * where the map has names, stay in memory. Default `'auto'`.
   */
  sourceMaps?: boolean | 'auto';
  /** Whether frames of Node's internals that follow each other are shown as one, the outermost. Default true. */
  foldInternals?: boolean;
  /**
   * The folder that the application's paths are relative to. `true`: that of the nearest package.json from the main script upwards.
   * `false`: paths stay as they are, those of packages too. Default true.
   */
  applicationRoot?: string | boolean;
  /** What is replaced by keyed hashes before anything is shown or exported: paths, values of labels. Default: nothing. */
  anonymize?: AnonymizeOptions;
  /** What becomes a label of tasks beside what `withTaskLabels` sets, and how much of all that is kept. */
  labels?: TaskLabelOptions;
  /**
   * Whether to profile resources as well: pending timers, requests, sockets and file operations, which have no await, with the
   * stacks that made them. `true`, or an object of options. Default false.
   */
  resources?: boolean | ResourceProfilingOptions;
  /**
   * Whether the profiles that are exported have the on-CPU profile beside them: where this thread computes, with spans and labels.
   * `true`, or an object of options. Needs the package `@datadog/pprof`; without it `diag` says so once and all else goes on. The
   * start takes some 25 ms. Default false.
   */
  cpu?: boolean | CpuProfilingOptions;
}

/** The options that are one value; the others have options of their own. */
type PlainOptions = Omit<TaskProfilerOptions, 'labels' | 'resources' | 'cpu' | 'anonymize' | 'onStuck'>;

export type TaskProfilerConfig = Readonly<
  Required<PlainOptions> & {
    anonymize: AnonymizeConfig;
    labels: TaskLabelConfig;
    resources: ResourceProfilingConfig | false;
    cpu: CpuProfilingConfig | false;
    onStuck?: (task: StuckTask) => unknown;
  }
>;

export const DEFAULT_TASK_PROFILER_CONFIG: TaskProfilerConfig = Object.freeze({
  sampling: 'adaptive',
  maxTasks: 1_024,
  overheadBudget: 0.01,
  maxStackDepth: 64,
  strongMillis: 1_000,
  sourceMaps: 'auto',
  foldInternals: true,
  applicationRoot: true,
  anonymize: DEFAULT_ANONYMIZE_CONFIG,
  stuckMillis: 60_000,
  labels: DEFAULT_TASK_LABEL_CONFIG,
  resources: false,
  cpu: false,
});

interface OptionRule {
  readonly requirement: string;
  readonly accepts: (value: unknown) => boolean;
}

const isShare = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= 1;

/** What each option has to be: one table for the constructor, the environment and the documentation. */
export const TASK_PROFILER_OPTION_RULES: Readonly<Record<keyof PlainOptions, OptionRule>> = {
  sampling: {
    requirement: "'adaptive', 'all' or a number greater than 0 and at most 1",
    accepts: (value) => value === 'adaptive' || value === 'all' || isShare(value),
  },
  maxTasks: {
    requirement: 'a whole number of at least 1, or Infinity',
    accepts: (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 1),
  },
  overheadBudget: { requirement: 'a number greater than 0 and at most 1', accepts: isShare },
  maxStackDepth: {
    requirement: 'a whole number from 1 to 1000',
    accepts: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1_000,
  },
  strongMillis: {
    requirement: 'a number of milliseconds from 1 to 60000',
    accepts: (value) => typeof value === 'number' && value >= 1 && value <= 60_000,
  },
  stuckMillis: {
    requirement: 'a number of milliseconds of at least 1, or Infinity',
    accepts: (value) => typeof value === 'number' && value >= 1,
  },
  sourceMaps: {
    requirement: "'auto', true or false",
    accepts: (value) => value === 'auto' || typeof value === 'boolean',
  },
  foldInternals: { requirement: 'true or false', accepts: (value) => typeof value === 'boolean' },
  applicationRoot: {
    requirement: 'an absolute path, true or false',
    accepts: (value) => typeof value === 'boolean' || (typeof value === 'string' && isAbsolute(value)),
  },
};

/**
 * The complete configuration: what is given over the defaults; undefined counts as not given.
 *
 * @throws InvalidOptionError
 */
export function resolveTaskProfilerOptions(options: TaskProfilerOptions = {}): TaskProfilerConfig {
  const config: Record<string, unknown> = { ...DEFAULT_TASK_PROFILER_CONFIG };
  for (const [option, rule] of Object.entries(TASK_PROFILER_OPTION_RULES)) {
    const value = options[option as keyof PlainOptions];
    if (value === undefined) continue;
    if (!rule.accepts(value)) throw new InvalidOptionError(option, rule.requirement, value);
    config[option] = value;
  }
  if (options.labels !== undefined) config.labels = taskLabelConfig(options.labels);
  if (options.anonymize !== undefined) config.anonymize = anonymizeConfig(options.anonymize);
  const { onStuck } = options;
  if (onStuck !== undefined) {
    if (typeof onStuck !== 'function') throw new InvalidOptionError('onStuck', 'a function', onStuck);
    config.onStuck = onStuck;
  }
  config.resources = resolveResourceOptions(options.resources);
  config.cpu = resolveCpuOptions(options.cpu);
  return Object.freeze(config) as unknown as TaskProfilerConfig;
}
