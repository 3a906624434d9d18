import { encodePprof } from '../encode/pprof.ts';
import type { Profile, ProfilesData } from '../profile/model.ts';
import type { ProfileExporter } from './exporter.ts';
import { type CountedExports, countedExports, counting } from './exporter-counts.ts';

/**
 * Gives `exporter` profiles that carry their pprof as OTLP's `original_payload`, for receivers that hand that on. It makes
 * requests larger by as much as the pprof, and costs the main thread what that costs. OpenTelemetry recommends against it
 * where the fields of OTLP hold the same.
 */
export function withOriginalPayload(
  exporter: ProfileExporter,
): ProfileExporter & { readonly exports: readonly CountedExports[] } {
  const inner = counting(exporter);
  return {
    // What the other counts: its class as well.
    get exports() {
      return countedExports(inner);
    },
    // A failure to encode is an outcome like any other: `async` makes it one for the caller to guard.
    export: async (data) => inner.export(withPayloads(data)),
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
