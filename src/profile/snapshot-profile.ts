import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { CpuSnapshot } from '../snapshot/cpu-snapshot.ts';
import type { LostTaskSnapshot } from '../snapshot/lost.ts';
import type { ResourceSnapshot } from '../snapshot/resource-snapshot.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import { buildCpuProfile } from './build-cpu.ts';
import { buildResourceProfile } from './build-resources.ts';
import { buildInstantProfile, buildLostProfile } from './build.ts';
import { buildIntervalProfiles } from './build-interval.ts';
import type { Profile } from './model.ts';

/**
 * A snapshot as a profile that every exporter and encoder takes: `tasks`/`count` or `resources`/`count`, of one
 * moment; of an interval the mean; `lost`/`count` of lost tasks; `cpu`/`nanoseconds`.
 */
export function snapshotToProfile(snapshot: TaskSnapshot | ResourceSnapshot | CpuSnapshot): Profile {
  return snapshotToProfiles(snapshot)[0];
}

/** The same with all that it measures: an interval has `wait`/`nanoseconds` as well, the time parked in it. */
export function snapshotToProfiles(
  snapshot: TaskSnapshot | IntervalSnapshot | LostTaskSnapshot | ResourceSnapshot | CpuSnapshot,
): [Profile, ...Profile[]] {
  if ('totalResources' in snapshot) return [buildResourceProfile(snapshot)];
  if ('totalCpuNanos' in snapshot) return [buildCpuProfile(snapshot)];
  if ('lost' in snapshot) return [buildLostProfile(snapshot)];
  return 'durationNano' in snapshot ? buildIntervalProfiles(snapshot) : [buildInstantProfile(snapshot)];
}
