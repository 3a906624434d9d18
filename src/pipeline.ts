import { diag } from '@opentelemetry/api';
import { toError } from './base/errors.ts';
import { INSTRUMENTATION_SCOPE } from './base/scope.ts';
import type { InstrumentationSettings } from './config/instrumentation-config.ts';
import { chosenExporter, oneExporter } from './export/chosen-exporters.ts';
import type { ExportOutcome, ProfileExporter } from './export/exporter.ts';
import { PeriodicProfileReader } from './export/periodic-reader.ts';
import { withinMillis } from './export/time-limit.ts';
import { IntervalSource } from './interval-source.ts';
import { TaskProfiler } from './profiler.ts';
import { SdkConnection } from './sdk/connection.ts';
import type { FlushTarget } from './sdk/provider-hook.ts';
import type { Signal } from './sdk/providers.ts';
import type { Profile, ProfilesData } from './profile/model.ts';
import { triggersConfig } from './triggers/trigger-config.ts';
import type { TriggersOptions } from './triggers/trigger-options.ts';
import { TriggerRunner } from './triggers/trigger-runner.ts';

/**
 * A profiler whose profiles are exported periodically, under the resource of the application's SDK and with its flushes and
 * its shutdown: what the instrumentation and the zero-code entry point both run. No fault of it reaches its caller.
 */
export class ProfilingPipeline implements FlushTarget {
  readonly profiler: TaskProfiler;
  readonly triggers: TriggerRunner;
  readonly #settings: InstrumentationSettings;
  readonly #makeExporter: () => ProfileExporter | undefined;
  readonly #connection: SdkConnection = new SdkConnection(this);
  #run: Run | undefined;
  #shutdown: Promise<void> | undefined;

  /**
   * Without `exporters` profiles go to those that the settings choose; where there is none the profiler only runs. Throws an
   * `InvalidOptionError` for bad `triggers`.
   */
  constructor(settings: InstrumentationSettings, exporters?: readonly ProfileExporter[], triggers?: TriggersOptions) {
    this.#settings = settings;
    const given = exporters && oneExporter(exporters);
    this.#makeExporter = exporters ? () => given : () => chosenExporter(settings.exporters);
    this.profiler = new TaskProfiler(settings.profiler);
    const send = (profiles: readonly Profile[]): Promise<ExportOutcome | undefined> => this.#send(profiles);
    this.triggers = new TriggerRunner(this.profiler, triggersConfig(triggers, settings.triggers), send);
  }

  /** Starts the profiler and the exports, unless they run or the environment forbids it. May follow `stop` and `shutdown`. */
  start(): void {
    if (this.#run || !this.#settings.enabled) return;
    this.#shutdown = undefined;
    try {
      this.profiler.start();
      this.triggers.start();
      const exporter = this.#makeExporter();
      if (!exporter) return;
      this.#connection.open();
      this.#run = new Run(this.#settings, exporter, this.#source());
    } catch (thrown) {
      this.stop();
      diag.error(`otel-taskprof: the profiler did not start: ${toError(thrown).message}`);
    }
  }

  /** Takes away every hook at once; what the running interval has gathered is dropped. */
  stop(): void {
    this.triggers.stop();
    this.profiler.stop();
    this.#connection.close();
    void this.#run?.abandon();
    this.#run = undefined;
  }

  /** Exports what was gathered until now; resolves when that is delivered or given up, and never rejects. */
  async forceFlush(): Promise<void> {
    await (this.#shutdown ?? this.#flush());
  }

  /** Exports what was gathered until now, and stops. Further calls wait for the first; never rejects. */
  shutdown(): Promise<void> {
    return (this.#shutdown ??= this.#deliverAndStop());
  }

  /** Takes a provider that `registerInstrumentations` hands to an instrumentation. */
  useProvider(signal: Signal, provider: unknown): void {
    this.#connection.useProvider(signal, provider);
  }

  #source(): IntervalSource {
    return new IntervalSource(this.profiler, {
      resource: () => this.#connection.resource(),
      scope: INSTRUMENTATION_SCOPE,
    });
  }

  /** Of triggers, beside the periodic exports; undefined where there is no exporter. */
  async #send(profiles: readonly Profile[]): Promise<ExportOutcome | undefined> {
    const run = this.#run;
    if (run === undefined) return undefined;
    const resource = { attributes: await this.#connection.resource() };
    return await run.export({ resource, scope: INSTRUMENTATION_SCOPE, profiles });
  }

  // Ahead of the reader's flush, which flushes the exporter.
  async #flush(): Promise<void> {
    const run = this.#run;
    await this.triggers.forceFlush();
    await run?.reader.forceFlush();
  }

  async #deliverAndStop(): Promise<void> {
    const run = this.#run;
    this.triggers.stop();
    await this.triggers.forceFlush();
    await run?.reader.shutdown();
    // It may have been stopped and started anew meanwhile.
    if (run === this.#run) this.stop();
  }
}

/** From one start to the stop that follows. */
class Run {
  readonly reader: PeriodicProfileReader;
  readonly #exporter: ProfileExporter;
  readonly #timeoutMillis: number;
  #abandoned = false;

  constructor({ reader }: InstrumentationSettings, exporter: ProfileExporter, source: IntervalSource) {
    this.#exporter = exporter;
    this.#timeoutMillis = reader.exportTimeoutMillis;
    this.reader = new PeriodicProfileReader({
      ...reader,
      exporter: {
        export: (data) => exporter.export(data),
        forceFlush: () => exporter.forceFlush(),
        // An exporter cannot be opened again, and a pipeline that was only stopped may start once more.
        shutdown: () => (this.#abandoned ? Promise.resolve() : exporter.shutdown()),
      },
    });
    this.reader.start(source);
  }

  /** Beside the reader's exports. Rejects where it takes too long. */
  export(data: ProfilesData): Promise<ExportOutcome> {
    return withinMillis(this.#timeoutMillis, 'an export', this.#exporter.export(data));
  }

  /** Ends the timer; there is nothing left to export. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.reader.shutdown();
  }
}
