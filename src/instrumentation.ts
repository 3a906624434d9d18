import { diag } from '@opentelemetry/api';
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation';
import { InvalidOptionError } from './base/errors.ts';
import { settled, takeAll } from './base/faults.ts';
import { INSTRUMENTATION_SCOPE } from './base/scope.ts';
import { resolveInstrumentationSettings } from './config/instrumentation-config.ts';
import type { TaskProfilerOptions } from './config/options.ts';
import type { PeriodicReaderOptions } from './config/periodic-reader.ts';
import type { PeriodicTimelineOptions } from './config/timeline.ts';
import type { SpanProfileIdOptions } from './config/span-profile-ids.ts';
import type { WorkerOptions } from './config/workers.ts';
import { isProfileExporter, type ProfileExporter } from './export/exporter.ts';
import { ProfilingPipeline } from './pipeline.ts';
import type { TaskProfiler } from './profiler.ts';
import type { TriggersOptions } from './triggers/trigger-options.ts';
import type { TriggerRunner } from './triggers/trigger-runner.ts';
import { zeroCodeRun } from './zero-code-run.ts';

const SDK_FAULT = 'a provider of the SDK met an error';

/**
 * How a process is profiled and when it exports. What is left out comes from the environment (`OTEL_TASKPROF_*`), then from
 * the default.
 */
export interface TaskProfilerInstrumentationConfig
  extends
    InstrumentationConfig,
    TaskProfilerOptions,
    PeriodicReaderOptions,
    PeriodicTimelineOptions,
    WorkerOptions,
    SpanProfileIdOptions {
  /**
   * Where the profiles go; with several each goes at its own pace, and with an empty list nothing is exported. Default: what
   * `OTEL_PROFILES_EXPORTER` names, else OTLP to where `OTEL_EXPORTER_OTLP_*` says.
   */
  exporter?: ProfileExporter | readonly ProfileExporter[];
  /**
   * Whether profiles carry their pprof as OTLP's `original_payload`, where no `exporter` is given. Default: false. Requests grow
   * by as much, and so does the time to encode them.
   */
  originalPayload?: boolean;
  /**
   * When snapshots are taken and exported beside the periodic profiles. Default: what `OTEL_TASKPROF_TRIGGER_*` says; none but
   * those that are asked for by `triggers.trigger()`.
   */
  triggers?: TriggersOptions;
}

/**
 * The task profiler for an OpenTelemetry SDK set-up: `new NodeSDK({ instrumentations: [new TaskProfilerInstrumentation()] })`.
 * Profiles from its construction on, exports periodically under the SDK's resource, and delivers what is pending when the
 * SDK flushes or shuts down. It patches no module, so it may be made at any time; tasks that are parked by then stay
 * invisible.
 */
export class TaskProfilerInstrumentation extends InstrumentationBase<TaskProfilerInstrumentationConfig> {
  #pipeline: ProfilingPipeline;

  /** @throws InvalidOptionError naming the option and the value */
  constructor(config: TaskProfilerInstrumentationConfig = {}) {
    const pipeline = pipelineFor(config);
    // The base class would call enable() before this class has its fields.
    super(INSTRUMENTATION_SCOPE.name, INSTRUMENTATION_SCOPE.version, { ...config, enabled: false });
    this.#pipeline = pipeline;
    super.setConfig(config);
    if (this.getConfig().enabled) this.enable();
  }

  /** Live tasks of this process, at any time. Another object after `setConfig`. */
  get profiler(): TaskProfiler {
    return this.#pipeline.profiler;
  }

  /** Asks for dumps, and counts them. Another object after `setConfig`. */
  get triggers(): TriggerRunner {
    return this.#pipeline.triggers;
  }

  /** Starts the profiler and its exports; ends those of `otel-taskprof/register`, so that no task is counted twice. */
  override enable(): void {
    super.enable();
    takeAll('the start met an error', [endZeroCode, () => this.#pipeline.start()]);
  }

  /** Stops both at once and takes every hook away. What was not exported yet is dropped: `forceFlush()` before delivers it. */
  override disable(): void {
    super.disable();
    takeAll('the stop met an error', [() => this.#pipeline.stop()]);
  }

  /**
   * Replaces the whole configuration, at once: a running profiler begins anew.
   *
   * @throws InvalidOptionError naming the option and the value; then nothing has changed
   */
  override setConfig(config: TaskProfilerInstrumentationConfig = {}): void {
    // Called by the base class's constructor as well, before there is a pipeline.
    if (!(#pipeline in this)) {
      super.setConfig(config);
      return;
    }
    const pipeline = pipelineFor(config);
    super.setConfig(config);
    this.#pipeline.stop();
    this.#pipeline = pipeline;
    if (this.isEnabled()) this.#pipeline.start();
  }

  /** Exports what was gathered until now. Resolves when it is delivered or given up; never rejects. */
  async forceFlush(): Promise<void> {
    await settled('the flush met an error', () => this.#pipeline.forceFlush());
  }

  /** Exports what was gathered until now, and stops. The SDK's own shutdown does the same. Never rejects. */
  async shutdown(): Promise<void> {
    await settled('the shutdown met an error', () => this.#pipeline.shutdown());
    this.disable();
  }

  override setTracerProvider(...args: Parameters<InstrumentationBase['setTracerProvider']>): void {
    takeAll(SDK_FAULT, [() => super.setTracerProvider(...args), () => this.#pipeline.useProvider('traces', args[0])]);
  }

  override setMeterProvider(...args: Parameters<InstrumentationBase['setMeterProvider']>): void {
    takeAll(SDK_FAULT, [() => super.setMeterProvider(...args), () => this.#pipeline.useProvider('metrics', args[0])]);
  }

  override setLoggerProvider(...args: Parameters<InstrumentationBase['setLoggerProvider']>): void {
    takeAll(SDK_FAULT, [() => super.setLoggerProvider(...args), () => this.#pipeline.useProvider('logs', args[0])]);
  }

  /** Nothing is patched. */
  protected override init(): undefined {
    return undefined;
  }
}

function endZeroCode(): void {
  if (zeroCodeRun.end()) diag.info('otel-taskprof: the instrumentation takes over from otel-taskprof/register');
}

function pipelineFor({ exporter, triggers, ...options }: TaskProfilerInstrumentationConfig): ProfilingPipeline {
  const settings = resolveInstrumentationSettings(options);
  if (exporter === undefined) return new ProfilingPipeline(settings, undefined, triggers);
  const exporters = Array.isArray(exporter) ? (exporter as readonly ProfileExporter[]) : [exporter as ProfileExporter];
  if (!exporters.every(isProfileExporter)) {
    throw new InvalidOptionError('exporter', 'an object with export, forceFlush and shutdown, or several', exporter);
  }
  return new ProfilingPipeline(settings, exporters, triggers);
}
