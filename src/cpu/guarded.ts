import { tellEnd } from '../base/faults.ts';

/** What `part` gives; undefined where it throws, which only `diag` hears of: a fault in this profile is nobody else's. */
export function guarded<T>(part: () => T): T | undefined {
  try {
    return part();
  } catch (thrown) {
    tellEnd('the on-CPU profile has ended', thrown);
    return undefined;
  }
}
