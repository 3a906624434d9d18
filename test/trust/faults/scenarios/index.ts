import type { ScenarioName } from '../settings.ts';
import type { Scenario } from './scenario.ts';

/** Each loads only what it is about: what is never reached is not forced. */
const LOAD: Readonly<Record<ScenarioName, () => Promise<Scenario>>> = {
  captured: async () => (await import('./exported.ts')).captured,
  followed: async () => (await import('./exported.ts')).followed,
  askedCaptured: async () => (await import('./asked.ts')).askedCaptured,
  askedFollowed: async () => (await import('./asked.ts')).askedFollowed,
  switched: async () => (await import('./switched.ts')).switched,
  grpc: async () => (await import('./exported.ts')).grpc,
  onCpu: async () => (await import('./exported.ts')).onCpu,
  onCpuSwitched: async () => (await import('./exported.ts')).onCpu,
  registered: async () => (await import('./registered.ts')).registered,
  threads: async () => (await import('./threads.ts')).collected,
  inThread: async () => (await import('./threads.ts')).inThread,
  crowdedCaptured: async () => (await import('./crowded.ts')).crowdedCaptured,
  crowdedFollowed: async () => (await import('./crowded.ts')).crowdedFollowed,
  converted: async () => (await import('./converted.ts')).converted,
};

export function loadScenario(name: ScenarioName): Promise<Scenario> {
  return LOAD[name]();
}
