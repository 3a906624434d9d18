import { diag } from '@opentelemetry/api';
import { InvalidOptionError, printable } from '../base/errors.ts';
import type { FlatAnonymizeOptions } from './anonymize.ts';
import { EXPORTERS, type ExporterChoiceOptions, parseExporters } from './exporters.ts';
import { FILE_FORMATS } from './file-exporter.ts';
import { type FlatTaskLabelOptions, parseNames } from './labels.ts';
import type { TaskProfilerOptions } from './options.ts';
import type { PeriodicReaderOptions } from './periodic-reader.ts';
import type { FlatTimelineOptions } from './timeline.ts';
import type { SpanProfileIdOptions } from './span-profile-ids.ts';
import type { TriggerThresholds } from './trigger-environment.ts';
import { WORKER_EXPORTS, type WorkerOptions } from './workers.ts';

/** The options that the environment can set, where the code does not. */
export interface EnvironmentOptions
  extends
    Omit<TaskProfilerOptions, 'labels' | 'anonymize' | 'onStuck'>,
    FlatTaskLabelOptions,
    FlatAnonymizeOptions,
    PeriodicReaderOptions,
    ExporterChoiceOptions,
    WorkerOptions,
    FlatTimelineOptions,
    SpanProfileIdOptions,
    TriggerThresholds {
  /** Whether to profile at all. */
  readonly enabled?: boolean;
  /** Whether `taskprof attach` reaches a process with the register entry. */
  readonly attach?: boolean;
}

/** One environment variable: what reads it, and what documents it. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly option: keyof EnvironmentOptions;
  /** The option's value that a text stands for; the text itself where it stands for none, which the option then refuses. */
  readonly parse: (text: string) => unknown;
  /** What the value may be, as docs/configuration.md says it. */
  readonly values: string;
  readonly description: string;
  /** Whether the value is told to nobody. */
  readonly isSecret?: boolean;
}

/** Every environment variable of the package's own, in the order of the README's table, which is made from this. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  {
    name: 'OTEL_TASKPROF_ENABLED',
    option: 'enabled',
    parse: booleanOf,
    values: '`true`, `false`',
    description: 'Whether to profile at all. `OTEL_SDK_DISABLED=true` switches it off as well.',
  },
  {
    name: 'OTEL_TASKPROF_ATTACH',
    option: 'attach',
    parse: booleanOf,
    values: '`true`, `false`',
    description:
      'Whether `otel-taskprof/register` opens a socket for `taskprof attach`, for this user only. `true` by default.',
  },
  {
    name: 'OTEL_TASKPROF_SAMPLING',
    option: 'sampling',
    parse: numberOf,
    values: '`adaptive`, `all`, or a probability in (0, 1]',
    description: 'Which tasks are known: as many as the budget allows, all, or a fixed share of root tasks.',
  },
  {
    name: 'OTEL_TASKPROF_MAX_TASKS',
    option: 'maxTasks',
    parse: numberOf,
    values: 'whole number, or `Infinity`',
    description: 'Most tasks whose stacks are kept or taken at a time; beyond it they stand for each other.',
  },
  {
    name: 'OTEL_TASKPROF_OVERHEAD_BUDGET',
    option: 'overheadBudget',
    parse: numberOf,
    values: 'fraction of one core',
    description: 'CPU time that captures, following and walks may take.',
  },
  {
    name: 'OTEL_TASKPROF_MAX_STACK_DEPTH',
    option: 'maxStackDepth',
    parse: numberOf,
    values: 'whole number of frames',
    description: 'Frames kept of a stack.',
  },
  {
    name: 'OTEL_TASKPROF_STRONG_MILLIS',
    option: 'strongMillis',
    parse: numberOf,
    values: 'milliseconds from 1 to 60000',
    description: 'How long the promises that followed tasks await are held.',
  },
  {
    name: 'OTEL_TASKPROF_STUCK_MILLIS',
    option: 'stuckMillis',
    parse: numberOf,
    values: 'milliseconds, or `Infinity`',
    description: 'From which age on a parked task is taken for stuck; 60000 by default.',
  },
  {
    name: 'OTEL_TASKPROF_SOURCE_MAPS',
    option: 'sourceMaps',
    parse: booleanOf,
    values: '`auto`, `true`, `false`',
    description: 'Whether frames are shown by their sources: where Node.js reads source maps, always, never.',
  },
  {
    name: 'OTEL_TASKPROF_FOLD_INTERNALS',
    option: 'foldInternals',
    parse: booleanOf,
    values: '`true`, `false`',
    description: "Whether frames of Node's internals that follow each other are shown as one. `true` by default.",
  },
  {
    name: 'OTEL_TASKPROF_APPLICATION_ROOT',
    option: 'applicationRoot',
    parse: booleanOf,
    values: 'absolute path, `true`, `false`',
    description: 'What paths are relative to: this folder, that of the nearest package.json, nothing.',
  },
  {
    name: 'OTEL_TASKPROF_ANONYMIZE_PATHS',
    option: 'anonymizePaths',
    parse: booleanOf,
    values: '`true`, `false`',
    description: 'Whether paths are replaced by keyed hashes. `false` by default.',
  },
  {
    name: 'OTEL_TASKPROF_ANONYMIZE_LABELS',
    option: 'anonymizeLabels',
    parse: parseNames,
    values: 'names with commas between; `none`',
    description: 'Labels whose values are. None by default.',
  },
  {
    name: 'OTEL_TASKPROF_ANONYMIZE_KEY',
    option: 'anonymizeKey',
    parse: (text) => text,
    values: 'at least 16 characters',
    description: 'What the hashes are made with, to be kept secret. A random one for each process by default.',
    isSecret: true,
  },
  {
    name: 'OTEL_TASKPROF_LABEL_BAGGAGE',
    option: 'labelBaggage',
    parse: parseNames,
    values: 'names with commas between; `none`',
    description: 'Baggage entries that become labels of tasks. None by default.',
  },
  {
    name: 'OTEL_TASKPROF_LABEL_SPAN_ATTRIBUTES',
    option: 'labelSpanAttributes',
    parse: parseNames,
    values: 'names with commas between; `none`',
    description: 'Attributes of the active span, or its local root, that do. `http.route` by default.',
  },
  {
    name: 'OTEL_TASKPROF_MAX_LABELS',
    option: 'maxLabels',
    parse: numberOf,
    values: 'whole number from 0 to 128',
    description: 'Most labels of a task.',
  },
  {
    name: 'OTEL_TASKPROF_MAX_LABEL_KEY_LENGTH',
    option: 'maxLabelKeyLength',
    parse: numberOf,
    values: 'characters from 1 to 1024',
    description: 'Longest name of a label; one with a longer name is left out.',
  },
  {
    name: 'OTEL_TASKPROF_MAX_LABEL_VALUE_LENGTH',
    option: 'maxLabelValueLength',
    parse: numberOf,
    values: 'characters from 1 to 65536',
    description: 'Longest value of a label; a longer one is cut off.',
  },
  {
    name: 'OTEL_TASKPROF_RESOURCES',
    option: 'resources',
    parse: booleanOf,
    values: '`true`, `false`',
    description:
      'Whether to profile pending timers, requests, sockets and file operations as well. `false` by default.',
  },
  {
    name: 'OTEL_TASKPROF_TIMELINE_EVERY_NTH_ROOT',
    option: 'timelineEveryNthRoot',
    parse: numberOf,
    values: 'whole number',
    description: 'Exports a timeline of one in so many root tasks with the profiles. None by default.',
  },
  {
    name: 'OTEL_TASKPROF_CPU',
    option: 'cpu',
    parse: cpuOf,
    values: '`true`, `false`, or samples a second from 1 to 1000',
    description: 'Whether to profile where the CPU time goes as well; needs `@datadog/pprof`. `false` by default.',
  },
  {
    name: 'OTEL_TASKPROF_EXPORT_INTERVAL',
    option: 'exportIntervalMillis',
    parse: numberOf,
    values: 'milliseconds',
    description: 'Time from one export to the next.',
  },
  {
    name: 'OTEL_TASKPROF_EXPORT_TIMEOUT',
    option: 'exportTimeoutMillis',
    parse: numberOf,
    values: 'milliseconds',
    description: 'Time that an export may take.',
  },
  {
    name: 'OTEL_PROFILES_EXPORTER',
    option: 'exporters',
    parse: exportersOf,
    values: `${EXPORTERS.map(code).join(', ')}, several with commas between; \`none\``,
    description: 'Where profiles go, where the code does not say. `otlp` by default.',
  },
  {
    name: 'OTEL_TASKPROF_WORKERS',
    option: 'workers',
    parse: (text) => text,
    values: WORKER_EXPORTS.map(code).join(', '),
    description: 'Whether the main thread exports what worker threads gather, or each its own. `merged` by default.',
  },
  {
    name: 'OTEL_TASKPROF_SPAN_PROFILE_IDS',
    option: 'spanProfileIds',
    parse: booleanOf,
    values: '`true`, `false`',
    description:
      'Whether spans carry `pyroscope.profile.id`, for links from traces to profiles in Grafana. `false` by default.',
  },
  {
    name: 'OTEL_TASKPROF_ORIGINAL_PAYLOAD',
    option: 'originalPayload',
    parse: booleanOf,
    values: '`true`, `false`',
    description: 'Whether profiles sent over OTLP carry their pprof as `original_payload`.',
  },
  {
    name: 'OTEL_TASKPROF_FILE_FOLDER',
    option: 'fileFolder',
    parse: (text) => text,
    values: 'path',
    description: 'Where the exporter `file` writes; `taskprof-profiles` in the working directory by default.',
  },
  {
    name: 'OTEL_TASKPROF_FILE_FORMAT',
    option: 'fileFormat',
    parse: (text) => text,
    values: FILE_FORMATS.map(code).join(', '),
    description: 'What it writes.',
  },
  {
    name: 'OTEL_TASKPROF_FILE_MAX_BYTES',
    option: 'fileMaxFolderBytes',
    parse: numberOf,
    values: 'bytes',
    description: 'Most that its files take; the oldest are removed.',
  },
  {
    name: 'OTEL_TASKPROF_FILE_MAX_AGE',
    option: 'fileMaxAgeMillis',
    parse: numberOf,
    values: 'milliseconds',
    description: 'How long its files are kept.',
  },
  {
    name: 'OTEL_TASKPROF_TRIGGER_LIVE_TASKS',
    option: 'triggerLiveTasks',
    parse: numberOf,
    values: 'number of tasks',
    description: 'Dump where more are live ([Triggers](triggers.md)).',
  },
  {
    name: 'OTEL_TASKPROF_TRIGGER_OLDEST_WAIT',
    option: 'triggerOldestWaitMillis',
    parse: numberOf,
    values: 'milliseconds',
    description: 'Dump where a task has waited longer.',
  },
  {
    name: 'OTEL_TASKPROF_TRIGGER_EVENT_LOOP_DELAY',
    option: 'triggerEventLoopDelayMillis',
    parse: numberOf,
    values: 'milliseconds',
    description: 'Dump where the event loop did not come round for longer.',
  },
  {
    name: 'OTEL_TASKPROF_TRIGGER_HEAP_USED',
    option: 'triggerHeapUsedPercent',
    parse: numberOf,
    values: 'percent of the size that the heap may grow to',
    description: 'Dump where more of it is used.',
  },
  {
    name: 'OTEL_TASKPROF_TRIGGER_SIGNAL',
    option: 'triggerSignal',
    parse: (text) => text,
    values: 'name of a signal; not `SIGUSR1`, which is for the debugger',
    description: 'Dump when the process gets it.',
  },
];

/**
 * The options that `environment` sets. A value that `check` refuses (it throws {@link InvalidOptionError}) is as good as not
 * set: `diag` says so, with its name. An empty value counts as not set, as everywhere in OpenTelemetry.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  check: (options: EnvironmentOptions) => void,
): EnvironmentOptions {
  const settings: EnvironmentOptions[] = [];
  for (const { name, option, parse, isSecret = false } of ENVIRONMENT_VARIABLES) {
    const text = environment[name]?.trim();
    if (!text) continue;
    const setting: EnvironmentOptions = { [option]: parse(text) };
    const accepted = acceptedOrWarned(isSecret ? name : `${name}=${printable(text)}`, () => (check(setting), setting));
    if (accepted) settings.push(accepted);
  }
  return Object.assign({}, ...settings) as EnvironmentOptions;
}

/** What `decide` gives; undefined where it throws {@link InvalidOptionError}, and then a warning that `what` is ignored. */
export function acceptedOrWarned<T>(what: string, decide: () => T): T | undefined {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    warnOnce(`${what} is ignored: ${error.message}`);
    return undefined;
  }
}

const warned = new Set<string>();

/** The environment does not change: a second profiler in the process need not say the same again. */
function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  diag.warn(`otel-taskprof: ${message}`);
}

function exportersOf(text: string): unknown {
  return parseExporters(text, (name) => warnOnce(`OTEL_PROFILES_EXPORTER: there is no exporter ${printable(name)}`));
}

function code(text: string): string {
  return `\`${text}\``;
}

function cpuOf(text: string): unknown {
  const frequency = numberOf(text);
  return typeof frequency === 'number' ? { samplingFrequencyHz: frequency } : booleanOf(text);
}

function numberOf(text: string): unknown {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function booleanOf(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}
