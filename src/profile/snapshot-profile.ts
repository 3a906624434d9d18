import type { ResourceSnapshot } from '../snapshot/resource-snapshot.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import { buildResourceProfile } from './build-resources.ts';
import { buildInstantProfile } from './build.ts';
import type { Profile } from './model.ts';

/** A snapshot as a profile that every exporter and encoder takes, of one moment: `tasks`/`count` or `resources`/`count`. */
export function snapshotToProfile(snapshot: TaskSnapshot | ResourceSnapshot): Profile {
  return 'totalResources' in snapshot ? buildResourceProfile(snapshot) : buildInstantProfile(snapshot);
}
