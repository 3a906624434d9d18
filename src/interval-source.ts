import { setImmediate as nextTurn } from 'node:timers/promises';
import { runAsOwn } from './base/own-context.ts';
import { CpuSource } from './cpu-source.ts';
import type { ProfileSource } from './export/exporter.ts';
import type { TimelineConfig } from './config/timeline.ts';
import { buildCpuProfile } from './profile/build-cpu.ts';
import { buildIntervalProfiles } from './profile/build-interval.ts';
import { buildLostProfile } from './profile/build.ts';
import { buildTimelineProfile } from './profile/build-timeline.ts';
import { buildResourceProfile } from './profile/build-resources.ts';
import type { Attributes, Profile, ProfilesData } from './profile/model.ts';
import type { TaskProfiler } from './profiler.ts';
import type { EndedInterval, Interval } from './snapshot/interval.ts';
import type { TimelineRecording } from './timeline/recording.ts';
import type { Timeline } from './timeline/timeline.ts';

/** Who is profiled and by what, for every message of a source. */
export interface SourceIdentity {
  /** May take its time (asynchronous resource detectors); asked at every collection. */
  readonly resource: () => Attributes | Promise<Attributes>;
  readonly scope: { readonly name: string; readonly version: string };
  /** Profiles of others that go into the same message; asked for at every collection. */
  readonly others?: () => readonly Profile[];
  /** What is followed for a timeline. Without it there is none. */
  readonly timeline?: TimelineConfig;
}

/**
 * Cuts the time of a profiler into intervals, one after another without a gap, and gives the mean of each, the waits in it and what was
 * lost as profiles; and beside them, where these are profiled, the CPU time, what resources there are at its end, and its timeline.
 */
export class IntervalSource implements ProfileSource {
  readonly #profiler: TaskProfiler;
  readonly #identity: SourceIdentity;
  readonly #cpu: CpuSource;
  #interval: Interval | undefined;
  #timeline: TimelineRecording | undefined;

  /** The first interval begins now, or with the first collection while the profiler runs. */
  constructor(profiler: TaskProfiler, identity: SourceIdentity) {
    this.#profiler = profiler;
    this.#identity = identity;
    this.#interval = profiler.openInterval();
    this.#cpu = new CpuSource(profiler);
    this.#takeTimeline();
  }

  async collect(): Promise<ProfilesData | undefined> {
    await this.#profiler.settleInSlices();
    await runAsOwn(() => this.#cpu.prepare());
    const ended = this.#endAndBegin();
    const cpu = this.#cpu.cut();
    const resources = this.#profiler.resourceSnapshot();
    const timeline = this.#takeTimeline();
    const others = this.#identity.others?.() ?? [];
    const hasTasks = ended !== undefined && ended.snapshot.samples.length > 0;
    const hasLost = ended !== undefined && ended.lost.samples.length > 0;
    const hasResources = resources.samples.length > 0;
    if (!hasTasks && !hasLost && !cpu && !hasResources && timeline === undefined && others.length === 0)
      return undefined;
    const resource = { attributes: await runAsOwn(() => Promise.resolve(this.#identity.resource())) };
    // What is left works on immutable data: the application has its turns in between.
    await runAsOwn(() => nextTurn());
    const profiles = [...(ended ? profilesOf(ended) : []), ...others];
    await runAsOwn(() => nextTurn());
    if (cpu) {
      profiles.push(buildCpuProfile(cpu));
      await runAsOwn(() => nextTurn());
    }
    if (hasResources) {
      profiles.push(buildResourceProfile(resources));
      await runAsOwn(() => nextTurn());
    }
    if (timeline !== undefined) {
      profiles.push(buildTimelineProfile(timeline));
      await runAsOwn(() => nextTurn());
    }
    return { resource, scope: this.#identity.scope, profiles };
  }

  /** What has something to tell; begins to record where nothing is recorded. */
  #takeTimeline(): Timeline | undefined {
    const taken = this.#timeline?.active === true ? this.#timeline.take() : undefined;
    const { timeline } = this.#identity;
    if (timeline !== undefined && taken === undefined) this.#timeline = this.#profiler.timeline(timeline);
    return taken !== undefined && taken.slices.length > 0 ? taken : undefined;
  }

  /** Ends the interval for good and gives what was in it, in one go: for a thread that exits. */
  endNow(): readonly Profile[] {
    const ended = this.#interval?.active === true ? this.#interval.endWithLost() : undefined;
    this.#interval = undefined;
    const cpu = this.#cpu.end();
    const timeline = this.#timeline?.active === true ? this.#timeline.stop() : undefined;
    return [
      ...(ended === undefined ? [] : profilesOf(ended)),
      ...(cpu ? [buildCpuProfile(cpu)] : []),
      ...(timeline !== undefined && timeline.slices.length > 0 ? [buildTimelineProfile(timeline)] : []),
    ];
  }

  #endAndBegin(): EndedInterval | undefined {
    if (this.#interval?.active !== true) {
      this.#interval = this.#profiler.openInterval();
      return undefined;
    }
    const { ended, next } = this.#interval.endAndBegin();
    this.#interval = next;
    return ended;
  }
}

/** Those that have samples. */
function profilesOf({ snapshot, lost }: EndedInterval): Profile[] {
  return [
    ...(snapshot.samples.length > 0 ? buildIntervalProfiles(snapshot) : []),
    ...(lost.samples.length > 0 ? [buildLostProfile(lost)] : []),
  ];
}
