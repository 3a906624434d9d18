import { isMainThread } from 'node:worker_threads';
import { faultCount, settled, takeAll, tellEnd, unawaited } from './base/faults.ts';
import { INSTRUMENTATION_SCOPE } from './base/scope.ts';
import type { InstrumentationSettings } from './config/instrumentation-config.ts';
import { chosenExporter, oneExporter } from './export/chosen-exporters.ts';
import type { ExportOutcome, ProfileExporter } from './export/exporter.ts';
import { type CountedExports, countedExports, counting } from './export/exporter-counts.ts';
import { PeriodicProfileReader } from './export/periodic-reader.ts';
import { withinMillis } from './export/time-limit.ts';
import { IntervalSource } from './interval-source.ts';
import type { MetricReading } from './metrics/metric-table.ts';
import { ProfilerMetrics } from './metrics/profiler-metrics.ts';
import { TaskProfiler } from './profiler.ts';
import { SdkConnection } from './sdk/connection.ts';
import type { Attributes, Profile, ProfilesData } from './profile/model.ts';
import type { FlushTarget } from './sdk/provider-hook.ts';
import type { Signal } from './sdk/providers.ts';
import { triggersConfig } from './triggers/trigger-config.ts';
import type { TriggersOptions } from './triggers/trigger-options.ts';
import { TriggerRunner } from './triggers/trigger-runner.ts';
import { MainThreadExporter } from './workers/main-thread-exporter.ts';
import { ThreadChannel } from './workers/thread-channel.ts';
import { ThreadCollector } from './workers/thread-collector.ts';

/**
 * How many tasks are parked is known from so few that are looked at: what they are told apart by is calls from tasks, not where
 * they are. 0.2 to 0.8 ms at 100,000 live tasks, once a collection.
 */
const TASKS_LOOKED_AT = 64;

/**
 * A profiler whose profiles are exported periodically, under the resource of the application's SDK and with its flushes and
 * its shutdown: what the instrumentation and the zero-code entry point both run. No fault of it reaches its caller.
 */
export class ProfilingPipeline implements FlushTarget {
  readonly profiler: TaskProfiler;
  readonly triggers: TriggerRunner;
  readonly #settings: InstrumentationSettings;
  readonly #makeExporter: () => ProfileExporter | undefined;
  /** The main thread puts its resource on what it exports for this one. */
  readonly #isOfMainThread: boolean;
  readonly #metrics: ProfilerMetrics = new ProfilerMetrics(() => this.#reading());
  readonly #connection: SdkConnection;
  #run: Run | undefined;
  #shutdown: Promise<void> | undefined;

  /**
   * Without `exporters` profiles go to those that the settings choose; where there is none the profiler only runs. Throws an
   * `InvalidOptionError` for bad `triggers`.
   */
  constructor(settings: InstrumentationSettings, exporters?: readonly ProfileExporter[], triggers?: TriggersOptions) {
    this.#settings = settings;
    this.#connection = new SdkConnection(this, {
      needsLocalRoots: settings.profiler.labels.spanAttributes.length > 0,
      spanProfileIds: settings.spanProfileIds,
      onMeterProvider: (provider) => this.#metrics.use(provider),
    });
    const given = exporters && oneExporter(exporters);
    this.#isOfMainThread = given instanceof MainThreadExporter;
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
      // Without an exporter as well: metrics go to the SDK, and labels come from its spans.
      this.#connection.open();
      const exporter = this.#makeExporter();
      if (!exporter) return;
      this.#run = this.#newRun(exporter);
    } catch (thrown) {
      this.stop();
      tellEnd('the profiler did not start', thrown);
    }
  }

  /** Takes away every hook at once; what the running interval has gathered is dropped. */
  stop(): void {
    const run = this.#run;
    this.#run = undefined;
    takeAll('the stop met an error', [
      () => this.triggers.stop(),
      this.profiler.stop.bind(this.profiler),
      () => this.#connection.close(),
      () => this.#metrics.close(),
      ...(run ? [run.abandon] : []),
    ]);
  }

  /** Exports what was gathered until now; resolves when that is delivered or given up, and never rejects. */
  async forceFlush(): Promise<void> {
    await (this.#shutdown ?? settled('the flush met an error', () => this.#flush()));
  }

  /** What was gathered since the last export, in one go, for a thread that exits. The interval is over then. */
  endNow(): readonly Profile[] {
    return this.#run?.source.endNow() ?? [];
  }

  /** Exports what was gathered until now, and stops. Further calls wait for the first; never rejects. */
  shutdown(): Promise<void> {
    return (this.#shutdown ??= settled('the shutdown met an error', () => this.#deliverAndStop()));
  }

  /** Takes a provider that `registerInstrumentations` hands to an instrumentation. */
  useProvider(signal: Signal, provider: unknown): void {
    this.#connection.useProvider(signal, provider);
  }

  #reading(): MetricReading | undefined {
    // First: it brings the counts up to date. Where a fault has ended the profiler no task is left, and the counts go on to tell of it.
    const liveTasks = this.profiler.snapshot({ maxTasks: TASKS_LOOKED_AT }).totalTasks;
    const { counts, stuckTasks = 0 } = this.profiler;
    return counts && { liveTasks, stuckTasks, counts, exports: this.#run?.exports ?? [], faults: faultCount() };
  }

  #newRun(exporter: ProfileExporter): Run {
    const collector = this.#collector();
    try {
      return new Run(this.#settings, exporter, this.#source(collector), collector);
    } catch (thrown) {
      collector?.close();
      throw thrown;
    }
  }

  #source(collector: ThreadCollector | undefined): IntervalSource {
    const { timeline } = this.#settings;
    return new IntervalSource(this.profiler, {
      resource: () => this.#resource(),
      scope: INSTRUMENTATION_SCOPE,
      others: () => collector?.take() ?? [],
      ...(timeline && { timeline }),
    });
  }

  #resource(): Attributes | Promise<Attributes> {
    return this.#isOfMainThread ? {} : this.#connection.resource();
  }

  #collector(): ThreadCollector | undefined {
    if (!isMainThread) return undefined;
    if (this.#settings.workers === 'merged') return new ThreadCollector(ThreadChannel.offer());
    ThreadChannel.withdraw();
    return undefined;
  }

  /** Of triggers, beside the periodic exports; undefined where there is no exporter. */
  async #send(profiles: readonly Profile[]): Promise<ExportOutcome | undefined> {
    const run = this.#run;
    if (run === undefined) return undefined;
    const resource = { attributes: await this.#resource() };
    return await run.export({ resource, scope: INSTRUMENTATION_SCOPE, profiles });
  }

  // Ahead of the reader's flush, which flushes the exporter.
  async #flush(): Promise<void> {
    const run = this.#run;
    await this.triggers.forceFlush();
    await run?.forceFlush();
  }

  async #deliverAndStop(): Promise<void> {
    const run = this.#run;
    try {
      this.triggers.stop();
      await this.triggers.forceFlush();
      await run?.shutdown();
    } finally {
      // It may have been stopped and started anew meanwhile.
      if (run === this.#run) this.stop();
    }
  }
}

/** From one start to the stop that follows. */
class Run {
  readonly source: IntervalSource;
  readonly #reader: PeriodicProfileReader;
  readonly #exporter: ProfileExporter;
  readonly #collector: ThreadCollector | undefined;
  readonly #timeoutMillis: number;
  readonly #abandonment = new AbortController();

  constructor(
    { reader }: InstrumentationSettings,
    given: ProfileExporter,
    source: IntervalSource,
    collector: ThreadCollector | undefined,
  ) {
    const exporter = counting(given);
    this.source = source;
    this.#timeoutMillis = reader.exportTimeoutMillis;
    this.#exporter = exporter;
    this.#collector = collector;
    this.#reader = new PeriodicProfileReader({
      ...reader,
      exporter: {
        export: (data) => this.#exportNow(data),
        forceFlush: () => exporter.forceFlush(),
        // An exporter cannot be opened again, and a pipeline that was only stopped may start once more.
        shutdown: () => (this.#abandonment.signal.aborted ? Promise.resolve() : exporter.shutdown()),
      },
    });
    this.#reader.start(source);
  }

  async forceFlush(): Promise<void> {
    await this.#collector?.flush();
    await this.#reader.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#collector?.flush();
    await this.#reader.shutdown();
  }

  get exports(): readonly CountedExports[] {
    return countedExports(this.#exporter);
  }

  /** Beside the reader's exports. Rejects where it takes too long. */
  export(data: ProfilesData): Promise<ExportOutcome> {
    return withinMillis(this.#timeoutMillis, 'an export', this.#exportNow(data));
  }

  /** Ends the timer, and exports under way, which would keep the process running for their retries; nothing else is left to export. */
  readonly abandon = (): void => {
    takeAll('the stop met an error', [
      () => this.#abandonment.abort(),
      ...(this.#collector ? [this.#collector.close] : []),
      () => unawaited('the stop met an error', this.#reader.shutdown()),
    ]);
  };

  #exportNow(data: ProfilesData): Promise<ExportOutcome> {
    return this.#exporter.export(data, { signal: this.#abandonment.signal });
  }
}
