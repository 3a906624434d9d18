import { InvalidOptionError } from '../base/errors.ts';
import { type BurstConfig, burstConfig } from '../config/burst.ts';
import { type TimelineConfig, timelineConfig, type TimelineOptions } from '../config/timeline.ts';
import { type SnapshotOptions, checkSnapshotOptions } from '../snapshot/snapshot-options.ts';
import { record } from './option-values.ts';
import type { DumpOptions } from './trigger-options.ts';

/** How a dump is made, decided. */
export interface DumpConfig {
  readonly consistency: 'moment' | 'slices';
  readonly filters: Readonly<SnapshotOptions>;
  readonly burst: BurstConfig | undefined;
  readonly timeline: TimelineConfig | undefined;
}

/** A timeline that nobody ends by hand. */
const TIMELINE_MILLIS = 5_000;

/** What is not given is as in `all`, or by default. `path`: of the option that holds these. Throws an InvalidOptionError. */
export function dumpConfig(path: string, { snapshot, burst, timeline }: DumpOptions, all?: DumpConfig): DumpConfig {
  return {
    ...(snapshot === undefined && all !== undefined ? all : snapshotConfig(`${path}.snapshot`, snapshot ?? {})),
    burst: burst === undefined ? all?.burst : burstOf(`${path}.burst`, burst),
    timeline: timeline === undefined ? all?.timeline : timelineOf(`${path}.timeline`, timeline),
  };
}

function snapshotConfig(path: string, value: unknown): Pick<DumpConfig, 'consistency' | 'filters'> {
  const { consistency = 'slices', ...filters } = record(path, value) as NonNullable<DumpOptions['snapshot']>;
  if (!(['moment', 'slices'] as unknown[]).includes(consistency)) {
    throw new InvalidOptionError(`${path}.consistency`, "'moment' or 'slices'", consistency);
  }
  checkSnapshotOptions(filters);
  return { consistency, filters: Object.freeze(filters) };
}

function burstOf(path: string, burst: NonNullable<DumpOptions['burst']>): BurstConfig | undefined {
  if (burst === false) return undefined;
  return burstConfig(burst === true ? {} : burst, path);
}

function timelineOf(path: string, timeline: NonNullable<DumpOptions['timeline']>): TimelineConfig | undefined {
  if (timeline === false) return undefined;
  const given = timeline === true ? {} : (record(path, timeline) as TimelineOptions);
  return timelineConfig({ durationMillis: TIMELINE_MILLIS, ...given }, path);
}
