import type { StackFrame } from '../../src/base/types.ts';
import type { Profile, ProfilesData, ProfileSample } from '../../src/profile/model.ts';

/** A frame with a position of its own for every name. */
export function frame(functionName: string, file = 'file:///app/pool.js'): StackFrame {
  return { functionName, file, line: functionName.length, column: 2 * functionName.length };
}

/** A sound profile; `changes` replaces fields. */
export function profile(changes: Partial<Profile> = {}): Profile {
  return {
    sampleType: { type: 'tasks', unit: 'count' },
    periodType: { type: 'tasks', unit: 'count' },
    period: 1,
    timeUnixNano: 1_790_000_000_123_456_789n,
    durationNano: 10_000_000_001n,
    attributes: {},
    samples: [sample()],
    ...changes,
  };
}

/** A sound sample; `changes` replaces fields. */
export function sample(changes: Partial<ProfileSample> = {}): ProfileSample {
  return { stack: [frame('acquire'), frame('handle')], attributes: {}, value: 1, ...changes };
}

/** What one process exports at once. */
export function profilesData(...profiles: readonly Profile[]): ProfilesData {
  return {
    resource: { attributes: { 'service.name': 'shop', 'process.pid': 4711 } },
    scope: { name: 'otel-taskprof', version: '1.2.3' },
    profiles,
  };
}

/** Something of most kinds that a profile may hold: what is to be broken in tests. */
export function variedData(): ProfilesData {
  return profilesData(
    profile({
      attributes: { 'taskprof.view': 'instant', ratio: 0.5 },
      samples: [
        sample({ attributes: { tier: 'gold', size: { value: 4096, unit: 'bytes' }, list: [1, 2.5] } }),
        sample({
          stack: [frame('query'), frame('handle')],
          value: 2n ** 60n,
          link: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
        }),
      ],
    }),
  );
}
