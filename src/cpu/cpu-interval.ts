import { nowMillis } from '../base/clock.ts';
import type { CodeFrame } from '../base/types.ts';
import type { CpuRow, CpuTally } from './cpu-tally.ts';
import type { NativeProfile } from './native-profiler.ts';

/** What ran in a stretch of time; moments as of `nowMillis`. */
export interface CpuStretch {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Samples that found something running. */
  readonly hits: number;
  /** Those that found nothing. */
  readonly idleHits: number;
  /** CPU time of this thread; 0 where the system does not tell. */
  readonly cpuNanos: number;
  /** That of threads without JavaScript; 0 in a worker. */
  readonly otherThreadsNanos: number;
  readonly rows: readonly CpuRow[];
}

/** What an interval needs of the engine. */
interface Source {
  readonly running: boolean;
  readonly frames: Iterable<CodeFrame>;
  gather(): void;
  closeInterval(interval: CpuInterval): void;
}

/** A stretch of time whose on-CPU profile is wanted. Several may overlap. */
export class CpuInterval {
  readonly samplingFrequencyHz: number;
  readonly #source: Source;
  readonly #newTally: () => CpuTally;
  #tally: CpuTally;
  #startedAt = nowMillis();

  /** Begins now. */
  constructor(source: Source, samplingFrequencyHz: number, newTally: () => CpuTally) {
    this.samplingFrequencyHz = samplingFrequencyHz;
    this.#source = source;
    this.#newTally = newTally;
    this.#tally = newTally();
  }

  /** Whether it still sees what happens. */
  get active(): boolean {
    return this.#source.running;
  }

  /** All frames that are known. */
  get frames(): Iterable<CodeFrame> {
    return this.#source.frames;
  }

  add(profile: NativeProfile): void {
    this.#tally.add(profile);
  }

  /** Ends now, and begins anew. */
  cut(): CpuStretch {
    this.#source.gather();
    const { hits, idleHits, cpuNanos, otherThreadsNanos } = this.#tally;
    const rows = this.#tally.rows();
    const startedAt = this.#startedAt;
    this.#tally = this.#newTally();
    this.#startedAt = nowMillis();
    return { startedAt, endedAt: this.#startedAt, hits, idleHits, cpuNanos, otherThreadsNanos, rows };
  }

  /** Ends now, for good. */
  end(): CpuStretch {
    try {
      return this.cut();
    } finally {
      this.close();
    }
  }

  /** Lets go of it, where nobody asks any more. */
  close(): void {
    this.#source.closeInterval(this);
  }
}
