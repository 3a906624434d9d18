import { InvalidOptionError } from '../base/errors.ts';
import { anonymizeConfig, nestedAnonymizeOptions } from './anonymize.ts';
import { type EnvironmentOptions, acceptedOrWarned, readEnvironment } from './environment.ts';
import { type ExporterChoice, type ExporterChoiceOptions, exporterChoice } from './exporters.ts';
import { nestedTaskLabelOptions, taskLabelConfig } from './labels.ts';
import { type TaskProfilerConfig, type TaskProfilerOptions, resolveTaskProfilerOptions } from './options.ts';
import { type PeriodicReaderConfig, type PeriodicReaderOptions, periodicReaderConfig } from './periodic-reader.ts';
import { checkFlatTimeline, type PeriodicTimelineOptions, periodicTimeline, type TimelineConfig } from './timeline.ts';
import { type SpanProfileIdOptions, spanProfileIds } from './span-profile-ids.ts';
import { type TriggerThresholds, triggerThresholds } from './trigger-environment.ts';
import { type WorkerExports, type WorkerOptions, workerExports } from './workers.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All that profiling a process takes, decided: `option ?? environment ?? default`. */
export interface InstrumentationSettings {
  /** False where the environment says so; nothing in the code overrules that. */
  readonly enabled: boolean;
  /** Whether the register entry opens a socket for `taskprof attach`. */
  readonly attach: boolean;
  readonly profiler: TaskProfilerConfig;
  readonly reader: PeriodicReaderConfig;
  /** What is exported with the periodic profiles; undefined for none. */
  readonly timeline: TimelineConfig | undefined;
  /** What exports where the code gives no exporter. */
  readonly exporters: ExporterChoice;
  /** Who exports what worker threads gather. */
  readonly workers: WorkerExports;
  /** Whether spans get their id as that of a profile. */
  readonly spanProfileIds: boolean;
  /** What the environment says of triggers. */
  readonly triggers: TriggerThresholds;
}

/**
 * The settings for the options that the code gives. A bad value in the environment is told through `diag` and ignored.
 *
 * @throws InvalidOptionError for a bad option
 */
export function resolveInstrumentationSettings(
  options: TaskProfilerOptions &
    PeriodicReaderOptions &
    WorkerOptions &
    PeriodicTimelineOptions &
    SpanProfileIdOptions &
    Pick<ExporterChoiceOptions, 'originalPayload'> = {},
  environment: Environment = process.env,
): InstrumentationSettings {
  const given = withoutUndefined(options);
  resolveTaskProfilerOptions(given);
  periodicReaderConfig(given);
  exporterChoice(given);
  workerExports(given);
  periodicTimeline(given);
  spanProfileIds(given);
  const { enabled = true, attach = true, ...fromEnvironment } = readEnvironment(environment, checkEnvironmentOption);
  return {
    attach,
    enabled: enabled && environment.OTEL_SDK_DISABLED?.trim().toLowerCase() !== 'true',
    profiler: resolveTaskProfilerOptions({
      ...fromEnvironment,
      ...given,
      labels: nestedTaskLabelOptions(fromEnvironment, given.labels),
      anonymize: nestedAnonymizeOptions(fromEnvironment, given.anonymize),
    }),
    reader:
      // Each is right by itself, but the timeout has to fit the interval.
      acceptedOrWarned('what the environment sets for the export interval and timeout', () =>
        periodicReaderConfig({ ...fromEnvironment, ...given }),
      ) ?? periodicReaderConfig(given),
    timeline: periodicTimeline(given, fromEnvironment),
    exporters: exporterChoice({ ...fromEnvironment, ...given }),
    workers: workerExports({ ...fromEnvironment, ...given }),
    spanProfileIds: spanProfileIds({ ...fromEnvironment, ...given }),
    triggers: triggerThresholds(fromEnvironment),
  };
}

function checkEnvironmentOption({ enabled, attach, ...others }: EnvironmentOptions): void {
  for (const [option, value] of Object.entries({ enabled, attach })) {
    if (value !== undefined && typeof value !== 'boolean') throw new InvalidOptionError(option, 'true or false', value);
  }
  resolveTaskProfilerOptions(others);
  taskLabelConfig(nestedTaskLabelOptions(others));
  anonymizeConfig(nestedAnonymizeOptions(others));
  periodicReaderConfig(others);
  exporterChoice(others);
  workerExports(others);
  spanProfileIds(others);
  triggerThresholds(others);
  checkFlatTimeline(others);
}

/** An option given as undefined is one not given: it must not hide what the environment says. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
