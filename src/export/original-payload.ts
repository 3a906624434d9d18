import { encodePprof } from '../encode/pprof.ts';
import type { Profile, ProfilesData } from '../profile/model.ts';
import type { ProfileExporter } from './exporter.ts';

/**
 * Gives `exporter` profiles that carry their pprof as OTLP's `original_payload`, for receivers that hand that on. It makes
 * requests larger by as much as the pprof, and costs the main thread what that costs. OpenTelemetry recommends against it
 * where the fields of OTLP hold the same.
 */
export function withOriginalPayload(exporter: ProfileExporter): ProfileExporter {
  return {
    // A failure to encode is an outcome like any other: `async` makes it one for the caller to guard.
    export: async (data) => exporter.export(withPayloads(data)),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

function withPayloads(data: ProfilesData): ProfilesData {
  return { ...data, profiles: data.profiles.map(withPayload) };
}

function withPayload(profile: Profile): Profile {
  return { originalPayload: { format: 'pprof', bytes: encodePprof([profile]) }, ...profile };
}
