import protobuf from 'protobufjs';
import { fileURLToPath } from 'node:url';

const proto = fileURLToPath(new URL('../../examples/receiver/profiles.proto', import.meta.url));
const requestType = protobuf.loadSync(proto).lookupType('opentelemetry.proto.ExportProfilesServiceRequest');

/** The first of the string table of {@link foreignProfile}. */
export const TYPES = ['', 'samples', 'count'];
export const SAMPLE_TYPE = { typeStrindex: 1, unitStrindex: 2 };

/** A message as another exporter may write it. */
export function foreign(request: object): Uint8Array {
  return requestType.encode(requestType.fromObject(request)).finish();
}

/** The same with one profile. */
export function foreignProfile(profile: object, dictionary: object = {}): Uint8Array {
  return foreign({
    resourceProfiles: [{ scopeProfiles: [{ profiles: [{ sampleType: SAMPLE_TYPE, ...profile }] }] }],
    dictionary: { stringTable: TYPES, ...dictionary },
  });
}
