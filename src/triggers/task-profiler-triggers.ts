import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import type { ProfileExporter } from '../export/exporter.ts';
import { withinMillis } from '../export/time-limit.ts';
import type { Attributes } from '../profile/model.ts';
import type { TaskProfiler } from '../profiler.ts';
import { triggersConfig } from './trigger-config.ts';
import type { SendProfiles } from './trigger-export.ts';
import type { TriggersOptions } from './trigger-options.ts';
import { TriggerRunner } from './trigger-runner.ts';

/** Where the profiles of dumps go. */
export interface TriggerOutput {
  /** Not shut down with the triggers: it is yours. */
  readonly exporter: ProfileExporter;
  /** Who is profiled. Default: nothing. */
  readonly resource?: Attributes;
}

/** An export that takes longer is given up, and counted as failed. */
const EXPORT_TIMEOUT_MILLIS = 30_000;

/**
 * Triggers for a profiler of your own; the option `triggers` of `TaskProfilerInstrumentation` is the same. The profiler is started
 * and stopped by you; while it does not run nothing fires.
 */
export class TaskProfilerTriggers extends TriggerRunner {
  /**
   * Without `output` dumps go to `onTrigger` only.
   *
   * @throws InvalidOptionError
   */
  constructor(profiler: TaskProfiler, options: TriggersOptions = {}, output?: TriggerOutput) {
    super(profiler, triggersConfig(options), sendTo(output));
  }
}

function sendTo(output: TriggerOutput | undefined): SendProfiles {
  return async (profiles) => {
    if (output === undefined) return undefined;
    const data = { resource: { attributes: output.resource ?? {} }, scope: INSTRUMENTATION_SCOPE, profiles };
    return await withinMillis(EXPORT_TIMEOUT_MILLIS, 'the export of a dump', output.exporter.export(data));
  };
}
