import type { Location, Profile, ProfilesData, ProfileSample, StackEntry } from '../../src/profile/model.ts';
import { splitProfilesData } from '../../src/profile/split.ts';
import { frame } from '../support/profiles-data.ts';
import { seededRandom } from '../support/seeded-random.ts';

// A fleet: processes of two services that send profiles every minute, some of them in trouble.

const START_NANOS = 1_790_000_000_123_456_789n;
const MINUTE_NANOS = 60_000_000_000n;

/** A frame of native code without a name, and one whose name is none that SQL or JSON likes. */
const NATIVE: Location = {
  lines: [],
  address: 0xabc0n,
  mapping: { memoryStart: 0n, memoryLimit: 0n, fileOffset: 0n, file: '/usr/lib/libpq.so', attributes: {} },
  attributes: {},
};
const ODD = frame(`it's "odd" \\ \t{x:String} 名 $1`);

const CALLERS = Array.from({ length: 30 }, (_, index) => frame(`handle${index}`, `file:///app/routes/${index % 7}.js`));
const LEAVES: StackEntry[] = [
  frame('connect', '/app/node_modules/pg-pool/index.js'),
  frame('fetch'),
  ODD,
  NATIVE,
  frame(''),
];

/** 60 profiles of tasks and of wait in 120 messages; the last profile is in two halves, as an exporter splits what is too large. */
export function fleetMessages(): ProfilesData[] {
  const random = seededRandom(7);
  const messages: ProfilesData[] = [];
  for (let index = 0; index < 60; index++) {
    const isInTrouble = index % 12 === 5;
    const resource = {
      'service.name': index % 2 === 0 ? 'shop' : 'billing',
      'service.instance.id': `pod-${index % 10}`,
      'service.version': isInTrouble ? '2.0' : '1.9',
      'process.pid': 4_000 + (index % 10),
    };
    const timeUnixNano = START_NANOS + BigInt(Math.floor(index / 10)) * MINUTE_NANOS + BigInt(index);
    const shared = {
      periodType: { type: 'tasks', unit: 'count' },
      period: 1,
      timeUnixNano,
      durationNano: MINUTE_NANOS,
    };
    const samples = samplesOf(random, isInTrouble);
    const tasks: Profile = {
      ...shared,
      sampleType: { type: 'tasks', unit: 'count' },
      attributes: { 'taskprof.view': 'mean' },
      samples,
    };
    const wait: Profile = {
      ...shared,
      sampleType: { type: 'wait', unit: 'nanoseconds' },
      attributes: {},
      // Ten thousand of them for a minute each do not fit 53 bits.
      samples: samples.map((sample) => ({ ...sample, value: BigInt(sample.value) * 600_000_000_000_007n })),
    };
    const scope = { name: 'otel-taskprof', version: '1.2.3' };
    messages.push({ resource: { attributes: resource }, scope, profiles: [tasks, wait] });
  }
  const last = messages.pop()!;
  return [
    ...messages,
    ...last.profiles.flatMap((profile) => [...splitProfilesData({ ...last, profiles: [profile] })!]),
  ];
}

function samplesOf(random: () => number, isInTrouble: boolean): ProfileSample[] {
  const samples = new Map<string, ProfileSample>();
  const add = (leaf: number, caller: number, tier: string, value: number): void => {
    const stack = leaf < 0 ? [] : [LEAVES[leaf]!, CALLERS[caller]!, CALLERS[0]!];
    samples.set(`${leaf} ${caller} ${tier}`, {
      stack,
      attributes: { tier, vip: tier === 'gold', 'http.route': `/r/${caller % 3}` },
      value,
    });
  };
  for (let count = 0; count < 25; count++) {
    const tier = random() < 0.5 ? 'gold' : 'basic';
    add(
      Math.floor(random() * LEAVES.length),
      Math.floor(random() * (CALLERS.length - 1)),
      tier,
      1 + Math.floor(random() * 9),
    );
  }
  if (random() < 0.3) add(-1, 0, 'basic', 2);
  // One task that is nowhere else, and a crowd at the pool.
  if (isInTrouble) add(1, 29, 'locked', 1);
  if (isInTrouble) add(0, 3, 'gold', 50 + Math.floor(random() * 50));
  return [...samples.values()];
}
