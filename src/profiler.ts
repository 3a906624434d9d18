import { setImmediate as nextTurn } from 'node:timers/promises';
import { nowMillis } from './base/clock.ts';
import { CopyInUse } from './base/copy-in-use.ts';
import { toError } from './base/errors.ts';
import { takeAll } from './base/faults.ts';
import { runAsOwn } from './base/own-context.ts';
import { later } from './base/own-timers.ts';
import type { Random } from './base/random.ts';
import type { EngineCounts, TaskEngine } from './capture/task-engine.ts';
import { Bursts } from './capture/bursts.ts';
import { type BurstOptions, burstConfig } from './config/burst.ts';
import { type TimelineOptions, timelineConfig } from './config/timeline.ts';
import { DEFAULT_CPU_PROFILING_CONFIG } from './config/cpu-options.ts';
import { type TaskProfilerConfig, type TaskProfilerOptions, resolveTaskProfilerOptions } from './config/options.ts';
import type { CpuInterval } from './cpu/cpu-interval.ts';
import { CpuProfiling } from './cpu/cpu-profiling.ts';
import { startEngine } from './follow/start-engine.ts';
import { FrameView } from './frames/frame-view.ts';
import { SourceMaps } from './frames/source-maps.ts';
import { PLAIN_VIEW, type StackView } from './frames/stack-view.ts';
import type { ResourceCounts, ResourceEngine } from './resources/resource-engine.ts';
import { startResources } from './resources/start-resources.ts';
import { buildResourceSnapshot, emptyResourceSnapshot } from './snapshot/build-resource-snapshot.ts';
import { groupTasks } from './snapshot/build-snapshot.ts';
import { type CpuSnapshot, endCpuInterval } from './snapshot/cpu-snapshot.ts';
import { instantList } from './snapshot/instant.ts';
import { Interval, type IntervalSnapshot } from './snapshot/interval.ts';
import {
  checkLostTaskOptions,
  emptyLostList,
  groupLost,
  listLost,
  type LostTaskList,
  type LostTaskOptions,
  type LostTaskSnapshot,
} from './snapshot/lost.ts';
import type { ResourceSnapshot } from './snapshot/resource-snapshot.ts';
import { type ResourceSnapshotOptions, checkResourceSnapshotOptions } from './snapshot/resource-snapshot-options.ts';
import { type SnapshotOptions, checkSnapshotOptions, sampleRequest } from './snapshot/snapshot-options.ts';
import { StuckWatch } from './snapshot/stuck-watch.ts';
import { type TaskList, emptyTaskList } from './snapshot/task-list.ts';
import type { TaskSnapshot } from './snapshot/task-snapshot.ts';
import type { TimelineRecording } from './timeline/recording.ts';
import { TimelineRecorder } from './timeline/timeline-recorder.ts';

/** Longest stretch on the main thread of an incremental snapshot before the last. */
const SLICE_MILLIS = 0.75;

/**
 * Knows the live async tasks of this thread while it runs. Tasks that parked before `start()` are invisible. Several may run
 * at once; each pays for itself.
 */
export class TaskProfiler {
  readonly #config: TaskProfilerConfig;
  readonly #random: Random;
  readonly #sourceMaps: SourceMaps;
  readonly #cpu: CpuProfiling;
  readonly #copy = new CopyInUse();
  #engine: TaskEngine | undefined;
  #bursts: Bursts | undefined;
  #view: FrameView | undefined;
  #resources: ResourceEngine | undefined;
  #timelines: TimelineRecorder | undefined;
  #stuckWatch: StuckWatch | undefined;

  /** @throws InvalidOptionError naming the option and the value */
  constructor(options?: TaskProfilerOptions);
  /**
   * `random`: a source of randomness, for tests that must repeat.
   *
   * @internal
   */
  // Declarations leave it out, so that the public one stays.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  constructor(options?: TaskProfilerOptions, random?: Random);
  constructor(options: TaskProfilerOptions = {}, random: Random = Math.random) {
    this.#config = resolveTaskProfilerOptions(options);
    this.#random = random;
    const { cpu, labels, sourceMaps } = this.#config;
    this.#sourceMaps = new SourceMaps(sourceMaps);
    this.#cpu = new CpuProfiling({ ...(cpu === false ? DEFAULT_CPU_PROFILING_CONFIG : cpu), labels });
  }

  /**
   * Installs the promise hooks of this thread; does nothing where it runs already. Where one of another copy of this package runs in
   * this thread it stays off, and `diag` says so once.
   */
  start(): void {
    if (this.running) return;
    this.stop();
    if (!this.#copy.begin()) return;
    this.#engine = startEngine({ ...this.#config, random: this.#random });
    this.#bursts = new Bursts(this.#engine);
    // Another for each start, as frames are: it remembers those that it has shown.
    this.#view = new FrameView(this.#config, this.#sourceMaps);
    const { onStuck } = this.#config;
    if (onStuck !== undefined && this.#engine.running)
      this.#stuckWatch = new StuckWatch(this.#engine, this.view, onStuck);
    this.#startResources();
  }

  /** Removes the hooks and drops the live set. */
  stop(): void {
    const [timelines, stuckWatch, engine, resources] = [
      this.#timelines,
      this.#stuckWatch,
      this.#engine,
      this.#resources,
    ];
    this.#timelines = this.#stuckWatch = this.#engine = this.#view = this.#resources = undefined;
    takeAll('the stop met an error', [
      () => timelines?.close(),
      () => stuckWatch?.stop(),
      () => engine?.stop(),
      () => engine?.removeHook(),
      () => resources?.stop(),
      () => resources?.removeHook(),
      this.#cpu.stop.bind(this.#cpu),
      () => this.#copy.end(),
    ]);
  }

  /** False before `start()`, after `stop()`, and after a fault, which `diag` reports. */
  get running(): boolean {
    return this.#engine?.running === true;
  }

  /** What was done since `start()`: captures, drops, time spent. Undefined while it does not run. */
  get counts(): EngineCounts | undefined {
    return this.#engine?.counts;
  }

  /** The same of the profile of resources. Undefined while that does not run, because the option `resources` is not set. */
  get resourceCounts(): ResourceCounts | undefined {
    return this.#resources?.counts;
  }

  /**
   * About how many tasks are parked now, without looking at any: some microseconds, however many there are. Undefined while it
   * does not run.
   */
  get liveTasks(): number | undefined {
    return this.running ? this.#engine!.liveTasks : undefined;
  }

  /** About how many of them have been parked for `stuckMillis`; as cheap. Undefined while it does not run. */
  get stuckTasks(): number | undefined {
    return this.running ? this.#engine!.tasksOlderThan(this.#config.stuckMillis) : undefined;
  }

  /**
   * When the task that has waited longest parked, in milliseconds of `performance.now()`, of those that parked after `after`; as
   * cheap. Undefined where there is none, and while it does not run.
   */
  oldestParkedAt(after = -Infinity): number | undefined {
    return this.running ? this.#engine!.oldestParkedAt(after) : undefined;
  }

  /**
   * Samples as with `sampling: 'all'` for some seconds, as far as a budget of its own affords that; then everything is as before.
   * What parks or resumes meanwhile is known then. Resolves with the mean over that time; with undefined where the profiler does
   * not run at its begin or its end. Does not keep the process running. Where several overlap the highest budget counts.
   *
   * @throws InvalidOptionError
   */
  burst(options: BurstOptions = {}): Promise<IntervalSnapshot | undefined> {
    const { durationMillis, overheadBudget } = burstConfig(options);
    const interval = this.openInterval();
    if (interval === undefined) return Promise.resolve(undefined);
    const stop = this.#bursts!.begin(overheadBudget);
    return new Promise((resolve, reject) => {
      later(() => {
        try {
          resolve(this.#endOf(interval, stop));
        } catch (thrown) {
          stop();
          reject(toError(thrown));
        }
      }, durationMillis);
    });
  }

  /**
   * The tasks that are parked now, in one synchronous turn, so all at the same moment. Costs some 2 us for each task in the
   * live set, and what has not been resolved yet (256 stacks at most). Empty while the profiler does not run.
   *
   * @throws InvalidOptionError
   */
  snapshot(options: SnapshotOptions = {}): TaskSnapshot {
    return groupTasks(this.listTasks(options));
  }

  /** The same, but what has not been resolved yet is resolved before, in slices of at most 1 ms. */
  async snapshotIncremental(options: SnapshotOptions = {}): Promise<TaskSnapshot> {
    return groupTasks(await this.listTasksIncremental(options));
  }

  /**
   * The tasks that were lost since the start, as far as that was seen: what they await was garbage-collected, so they will never
   * resume. Each is counted once; those of an interval go into its `lost`/`count` profile as well. Stacks, labels and spans of 1,024
   * are held at the most: of more a random half is given up (`droppedTasks`), and the other half counts twice. A promise is let go of
   * `strongMillis` after its await at the latest, and a loss is seen when the garbage collector has found it. Empty while the
   * profiler does not run.
   *
   * @throws InvalidOptionError
   */
  lostTasks(options: LostTaskOptions = {}): LostTaskSnapshot {
    return groupLost(this.listLostTasks(options));
  }

  /** What `lostTasks()` is made of. @internal */
  listLostTasks(options: LostTaskOptions = {}): LostTaskList {
    checkLostTaskOptions(options);
    if (this.#engine?.running !== true) return emptyLostList();
    return listLost(this.#engine, this.#engine.lost.sinceStart, this.view, options);
  }

  /** How stacks and labels are shown. @internal */
  get view(): StackView {
    return this.#view ?? PLAIN_VIEW;
  }

  /** What `snapshot()` is made of: the tasks that were looked at, each for itself. @internal */
  listTasks(options: SnapshotOptions = {}): TaskList {
    checkSnapshotOptions(options);
    if (this.#engine?.running !== true) return emptyTaskList(nowMillis());
    const sample = this.#engine.sample(sampleRequest(options, this.#config.maxTasks, this.view));
    return instantList(this.#engine, sample, 'moment', this.view);
  }

  /** What `snapshotIncremental()` is made of. @internal */
  async listTasksIncremental(options: SnapshotOptions = {}): Promise<TaskList> {
    checkSnapshotOptions(options);
    return await runAsOwn(async () => {
      await nextTurn();
      const engine = this.#engine;
      if (engine?.running !== true) return emptyTaskList(nowMillis());
      const { view } = this;
      const sample = engine.beginSample(sampleRequest(options, this.#config.maxTasks, view));
      do await nextTurn();
      while (!sample.slice(SLICE_MILLIS));
      await view.prepare(engine.frames);
      await nextTurn();
      return instantList(engine, sample.end(), 'slices', view);
    });
  }

  /**
   * The timers, requests, sockets and file operations that were made since the start and have not ended, in one synchronous turn.
   * Some 0.2 us for each that is held, at most 2 * `maxResources`. Empty where they are not profiled: they are where the option
   * `resources` is set and the profiler runs.
   *
   * @throws InvalidOptionError
   */
  resourceSnapshot(options: ResourceSnapshotOptions = {}): ResourceSnapshot {
    checkResourceSnapshotOptions(options);
    if (this.#resources?.running !== true) return emptyResourceSnapshot();
    return buildResourceSnapshot(this.#resources, options, this.view);
  }

  /**
   * Begins to record a timeline: of a few chosen tasks each wait and each stretch of running, with its time, its stack and its span.
   * Undefined while the profiler does not run. Tasks are followed that start from now on, and with `labels` or `traceId` those that
   * come to an await. Several recordings may go on at once. Costs 20 to 40 us for each promise of a followed task, and some 10 ns
   * for each of the others.
   *
   * @throws InvalidOptionError
   */
  timeline(options: TimelineOptions = {}): TimelineRecording | undefined {
    const config = timelineConfig(options);
    if (this.#engine?.running !== true) return undefined;
    this.#timelines ??= new TimelineRecorder(this.#engine, { ...this.#config, random: this.#random, view: this.view });
    return this.#timelines.open(config);
  }

  /**
   * Where this thread computes for some seconds, with spans and labels: by the package `@datadog/pprof`, at the frequency of the
   * option `cpu` whether or not that is set. Does not keep the process running. Rejects where there is no such profile: the package
   * is missing, another CPU profiler of its kind runs, or the profiler does not run.
   *
   * @throws InvalidOptionError
   */
  async profileCpu(options: Pick<BurstOptions, 'durationMillis'> = {}): Promise<CpuSnapshot> {
    const { durationMillis } = burstConfig(options);
    const { view } = this;
    const interval = this.openCpuInterval();
    return new Promise((resolve, reject) => {
      later(() => {
        try {
          resolve(endCpuInterval(interval, view));
        } catch (thrown) {
          reject(toError(thrown));
        }
      }, durationMillis);
    });
  }

  /** Whether the option `cpu` is set. @internal */
  get profilesCpu(): boolean {
    return this.#config.cpu !== false;
  }

  /**
   * Begins a stretch whose on-CPU profile is wanted.
   *
   * @throws Error that says why there is none
   * @internal
   */
  openCpuInterval(): CpuInterval {
    if (!this.running) throw new Error('the profiler does not run');
    return this.#cpu.openInterval();
  }

  /** Begins an interval whose mean is wanted; undefined while the profiler does not run. @internal */
  openInterval(): Interval | undefined {
    return this.#engine === undefined || !this.#engine.running ? undefined : new Interval(this.#engine, this.view);
  }

  /** Brings the live set up to date between turns of the event loop, so that little is left for the turn that reads it. @internal */
  async settleInSlices(): Promise<void> {
    await runAsOwn(async () => {
      do await nextTurn();
      while (this.#engine?.settleSlice(SLICE_MILLIS) === false);
      await this.view.prepare(this.#engine?.frames ?? []);
      await this.view.prepare(this.#resources?.frames ?? []);
    });
  }

  #startResources(): void {
    const { resources, maxStackDepth, labels } = this.#config;
    if (resources === false) return;
    this.#resources = startResources({ ...resources, maxStackDepth, labels, random: this.#random });
  }

  async #endOf(interval: Interval, stopBurst: () => void): Promise<IntervalSnapshot | undefined> {
    try {
      await this.settleInSlices();
      return interval.active ? interval.end() : undefined;
    } finally {
      stopBurst();
    }
  }
}
