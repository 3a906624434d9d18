import fc from 'fast-check';
import * as taskprof from '../../../../src/index.ts';
import { anyProfile, anyTimedProfile } from '../../../support/any-profile.ts';
import { application } from '../application.ts';
import type { Scenario } from './scenario.ts';

const chosen = { seed: 9, numRuns: 8 };
const profiles = [...fc.sample(anyProfile(), chosen), ...fc.sample(anyTimedProfile(), chosen)];
const data: taskprof.ProfilesData = {
  resource: { attributes: { 'service.name': 'shop' } },
  scope: { name: 'app', version: '1' },
  profiles,
};
const protobuf = taskprof.encodeOtlpProtobuf(data);
const json = taskprof.encodeOtlpJson(data);
const pprofs = taskprof.profilesToPprof(data);
const folded = 'main;serve;handle 3\nmain;serve [tenant=t0] 2\n';

const CONVERSIONS: readonly (() => unknown)[] = [
  () => taskprof.encodeOtlpProtobuf(data),
  () => taskprof.encodeOtlpJson(data),
  () => taskprof.profilesToPprof(data),
  () => taskprof.otlpToProfiles(protobuf),
  () => taskprof.otlpToProfiles(protobuf.subarray(0, -3)),
  () => taskprof.otlpJsonToProfiles(json),
  () => taskprof.otlpJsonToProfiles('[]'),
  () => pprofs.map((bytes) => taskprof.pprofToProfiles(bytes, { originalPayload: true })),
  () => taskprof.pprofToProfiles(pprofs[0]!.subarray(0, -3)),
  () => profiles.map((profile) => taskprof.profileToFolded(profile, { positions: true })),
  () => taskprof.foldedToProfile(folded),
  () => taskprof.foldedToProfile('main\n'),
];

/** What each says without a fault, where it throws then. */
const refusals = new Map<number, string | undefined>();

function refusalOf(conversion: () => unknown): string | undefined {
  try {
    conversion();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Each gives what it is asked for, or throws to who asked. */
export const converted: Scenario = async ({ begin, end, onRefused }) => {
  const profiler = new taskprof.TaskProfiler({ sampling: 'all' });
  profiler.start();
  const recording = profiler.timeline({ everyNthRoot: 1 })!;
  const told = await application();
  const timeline = recording.stop();
  const snapshot = profiler.snapshot();
  profiler.stop();
  begin();
  const ofSnapshots: readonly (() => unknown)[] = [
    () => taskprof.snapshotToProfile(snapshot),
    () => taskprof.snapshotToProfiles(snapshot),
    () => taskprof.snapshotToPprof(snapshot),
    () => taskprof.timelineToProfile(timeline),
    () => taskprof.timelineToTraceEvents(timeline),
  ];
  [...CONVERSIONS, ...ofSnapshots].forEach((conversion, i) => {
    const refusal = refusalOf(conversion);
    if (!refusals.has(i)) refusals.set(i, refusal);
    else if (refusal !== refusals.get(i)) onRefused();
  });
  end();
  return told;
};
