import { isMainThread } from 'node:worker_threads';
import { takeAll } from '../base/faults.ts';
import { cancel, later } from '../base/own-timers.ts';
import { TaskContextReader } from '../capture/task-context.ts';
import type { CpuProfilingConfig } from '../config/cpu-options.ts';
import type { TaskLabelConfig } from '../config/labels.ts';
import { CpuInterval } from './cpu-interval.ts';
import type { CodeFrame } from '../base/types.ts';
import { CpuFrames } from './cpu-frames.ts';
import { CpuTally } from './cpu-tally.ts';
import { FrameContexts } from './frame-contexts.ts';
import { guarded } from './guarded.ts';
import { loadNative, type NativeOptions, type NativeProfiler } from './native-profiler.ts';
import type { SampleContexts } from './sample-contexts.ts';
import { StorageFinder } from './storage-finder.ts';
import { SwitchContexts } from './switch-contexts.ts';

export interface CpuEngineOptions extends CpuProfilingConfig {
  readonly labels: TaskLabelConfig;
}

/** The native profiler has room for the samples of twice as long. So it is emptied even where nobody's stretch ends. */
const PIECE_MILLIS = 60_000;

/**
 * Samples what this thread runs, from its making until the last stretch has ended. Starting takes some 25 ms, because V8 tells the
 * profiler of all code that there is; what is gathered is fetched in 0.5 to 2 ms.
 */
export class CpuEngine {
  readonly #samplingFrequencyHz: number;
  readonly #reader: TaskContextReader;
  readonly #frames = new CpuFrames();
  readonly #native: NativeProfiler;
  readonly #contexts: SampleContexts;
  #finder: StorageFinder | undefined;
  #pieces: NodeJS.Timeout | undefined;
  readonly #open = new Set<CpuInterval>();
  readonly #onExit = (): void => guarded(() => this.stop());
  #running = true;
  #isSampling = false;

  /** @throws Error where the native profiler can't be had, or another one runs in this thread */
  constructor(config: CpuEngineOptions) {
    const { TimeProfiler, isAsyncContextFrameActive } = loadNative();
    this.#samplingFrequencyHz = config.samplingFrequencyHz;
    this.#reader = new TaskContextReader(config.labels);
    this.#contexts = new (isAsyncContextFrameActive() ? FrameContexts : SwitchContexts)(this.#reader);
    this.#native = new TimeProfiler(nativeOptions(config, this.#contexts.key));
    this.#native.start();
    this.#isSampling = true;
    try {
      this.#contexts.attach(this.#native);
      this.#finder = new StorageFinder(this.#contexts);
      this.#pieces = later(() => this.#onPiece(), PIECE_MILLIS);
      // A signal that comes while the thread is taken down would find nothing that it could look at.
      process.once('exit', this.#onExit);
    } catch (thrown) {
      this.stop();
      throw thrown;
    }
  }

  get running(): boolean {
    return this.#running;
  }

  /** A stretch that begins now. */
  openInterval(): CpuInterval {
    if (this.#open.size > 0) this.gather();
    const interval = new CpuInterval(this, this.#samplingFrequencyHz, this.#newTally);
    this.#open.add(interval);
    return interval;
  }

  closeInterval(interval: CpuInterval): void {
    this.#open.delete(interval);
    if (this.#open.size === 0) this.stop();
  }

  /** Brings open intervals up to date. */
  gather(): void {
    if (!this.#running) return;
    this.#finder?.look();
    this.#fetch(true);
    // V8's thread for samples can be caught in a loop, and take a core, until the profiler is started anew.
    if (this.#native.v8ProfilerStuckEventLoopDetected() === 0) return;
    this.#native.stop(false);
    this.#native.start();
    this.#contexts.afterStop();
  }

  get frames(): Iterable<CodeFrame> {
    return this.#frames.all;
  }

  /** Idempotent. What was gathered until now stays with the open intervals. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    const finder = this.#finder;
    takeAll('the end of the on-CPU profile met an error', [
      process.removeListener.bind(process, 'exit', this.#onExit),
      () => cancel(this.#pieces),
      ...(finder ? [finder.close.bind(finder)] : []),
      () => this.#fetch(false),
      this.#contexts.release,
      this.#contexts.close.bind(this.#contexts),
      // Let go of while it samples, it has the next one in its place end the process.
      () => this.#isSampling && this.#native.stop(false),
      this.#native.dispose.bind(this.#native),
    ]);
  }

  readonly #newTally = (): CpuTally =>
    new CpuTally(this.#frames, this.#reader, (given) => this.#contexts.contextOf(given));

  #fetch(restart: boolean): void {
    this.#contexts.beforeStop();
    const profile = this.#native.stop(restart);
    this.#isSampling = restart;
    this.#contexts.afterStop();
    for (const interval of this.#open) interval.add(profile);
  }

  #onPiece(): void {
    guarded(() => {
      try {
        this.gather();
        this.#pieces?.refresh();
      } catch (fault) {
        this.stop();
        throw fault;
      }
    });
  }
}

function nativeOptions({ samplingFrequencyHz }: CpuEngineOptions, key: object | undefined): NativeOptions {
  // Without signals (Windows) there are samples only.
  const withContexts = process.platform !== 'win32';
  return {
    intervalMicros: Math.round(1e6 / samplingFrequencyHz),
    durationMillis: PIECE_MILLIS,
    withContexts,
    collectCpuTime: withContexts,
    collectAsyncId: false,
    lineNumbers: false,
    // It sleeps for up to two sampling intervals at each fetch, on this thread, to make a loop less likely that is found anyway.
    workaroundV8Bug: false,
    isMainThread,
    useCPED: withContexts && key !== undefined,
    CPEDKey: withContexts ? key : undefined,
  };
}
