import { tellEnd } from '../base/faults.ts';
import { type Probe, type WatchedProfiler, probeOf } from './probe.ts';
import type { TriggersConfig } from './trigger-config.ts';
import type { GrowingCounts, HeldBy } from './trigger-counts.ts';
import type { Sighting } from './trigger-event.ts';
import type { TriggerHost } from './trigger-host.ts';
import { Watch } from './watch.ts';
import type { WatchConfig } from './watch-config.ts';

/** Who is told of what checks see. */
export interface ChecksOwner {
  /** A dump is being taken: nothing else fires meanwhile. */
  readonly isBusy: boolean;
  onFire(config: WatchConfig, sighting: Sighting): void;
  /** It is calm, and time for a baseline. */
  onCalm(): void;
}

interface Watched {
  readonly config: WatchConfig;
  readonly probe: Probe;
  readonly watch: Watch;
}

/** Looks at what is watched every `checkIntervalMillis`, from its making until `stop`. */
export class Checks {
  readonly #config: TriggersConfig;
  readonly #host: TriggerHost;
  readonly #owner: ChecksOwner;
  readonly #counts: GrowingCounts;
  readonly #watched: readonly Watched[];
  #cancel: () => void = () => undefined;
  #dueAt = 0;
  #baselineAt: number;
  #complained = false;

  constructor(
    config: TriggersConfig,
    profiler: WatchedProfiler,
    host: TriggerHost,
    owner: ChecksOwner,
    counts: GrowingCounts,
  ) {
    this.#config = config;
    this.#host = host;
    this.#owner = owner;
    this.#counts = counts;
    const now = host.now();
    this.#baselineAt = config.baselineIntervalMillis === Infinity ? Infinity : now + config.warmUpMillis;
    this.#watched = config.watches.map((watch) => ({
      config: watch,
      probe: probeOf(watch.quantity, profiler, host),
      watch: new Watch(watch, now),
    }));
    if (this.#watched.length > 0 || this.#baselineAt < Infinity) this.#arm();
  }

  stop(): void {
    this.#cancel();
    for (const { probe } of this.#watched) probe.close?.();
  }

  #arm(): void {
    this.#dueAt = this.#host.now() + this.#config.checkIntervalMillis;
    this.#cancel = this.#host.later(() => this.#check(), this.#config.checkIntervalMillis);
  }

  #check(): void {
    const now = this.#host.now();
    this.#counts.checks++;
    try {
      this.#look(now, Math.max(now - this.#dueAt, 0));
    } catch (thrown) {
      this.#onFault(thrown);
    }
    this.#arm();
  }

  /** One fires at a time: what goes on is seen again at the next look. */
  #look(now: number, lateMillis: number): void {
    let isCalm = true;
    let hasFired = false;
    for (const watched of this.#watched) {
      const value = watched.probe.read(now, lateMillis);
      if (value === undefined) continue;
      const verdict = watched.watch.look(value, now);
      if (verdict.state === 'calm') continue;
      isCalm = false;
      if (verdict.state === 'held') this.#counts.held[verdict.why]++;
      else if (!hasFired) hasFired = this.#fire(watched, verdict.sighting, now);
    }
    if (isCalm && now >= this.#baselineAt) this.#takeBaseline(now);
  }

  #fire({ config, watch, probe }: Watched, sighting: Sighting, now: number): boolean {
    const heldBy = this.#heldBy;
    if (heldBy !== undefined) {
      this.#counts.held[heldBy]++;
      return false;
    }
    watch.fired(now);
    probe.dumped?.(now, sighting.threshold);
    this.#owner.onFire(config, sighting);
    return true;
  }

  #takeBaseline(now: number): void {
    if (this.#heldBy !== undefined) return;
    this.#baselineAt = now + this.#config.baselineIntervalMillis;
    this.#owner.onCalm();
  }

  get #heldBy(): HeldBy | undefined {
    if (this.#owner.isBusy) return 'busy';
    return this.#host.heapUsedPercent() > this.#config.atMostHeapPercent ? 'heap' : undefined;
  }

  #onFault(thrown: unknown): void {
    this.#counts.faults++;
    if (this.#complained) return;
    this.#complained = true;
    tellEnd("triggers can't be checked", thrown);
  }
}
