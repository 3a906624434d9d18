import type { ProfilesData } from '../profile/model.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
import { type ConversionLoss, LossList } from './loss-list.ts';
import { readOtlpProtobuf } from './otlp-protobuf-read.ts';
import { readProfile } from './otlp-read-profile.ts';
import { OtlpReadTables } from './otlp-read-tables.ts';
import { readKeyValues, readScope, type TextOf } from './otlp-read-values.ts';
import type { RawMessages } from './otlp-schema.ts';

/** What an OTLP message holds, as every encoder takes it, and what that could not hold. */
export interface OtlpImport {
  /** One for each resource and scope of the message. */
  readonly messages: readonly ProfilesData[];
  /** Empty where nothing was lost. */
  readonly losses: readonly ConversionLoss[];
}

/**
 * Reads an OTLP `ExportProfilesServiceRequest` or `ProfilesData` (`v1development`) in protobuf, by whom it may be written. Samples
 * that are alike are added up; profile ids and schema URLs are not kept. Synchronous.
 *
 * @throws InvalidOtlpError for bytes that are none
 */
export function otlpToProfiles(bytes: Uint8Array): OtlpImport {
  if (bytes.length === 0) throw new InvalidOtlpError('it is empty');
  const losses = new LossList();
  return importOtlp(readOtlpProtobuf(bytes, 'ProfilesData', losses), losses);
}

/** The same of a message that is read, whatever its format was. */
export function importOtlp(raw: RawMessages['ProfilesData'], losses: LossList): OtlpImport {
  const tables = new OtlpReadTables(raw.dictionary ?? {}, losses);
  const messages = (raw.resourceProfiles ?? []).flatMap((resource) => readResource(resource, tables, losses));
  tables.countUnused();
  return { messages, losses: losses.toArray() };
}

function readResource(
  { resource, scopeProfiles = [] }: RawMessages['ResourceProfiles'],
  tables: OtlpReadTables,
  losses: LossList,
): ProfilesData[] {
  const text: TextOf = (index) => tables.valueText(index, 'resource or scope');
  const attributes = readKeyValues(resource?.attributes ?? [], text, losses);
  return scopeProfiles.map(({ scope, profiles = [] }) => ({
    resource: { attributes },
    scope: readScope(scope ?? {}, text, losses),
    profiles: profiles.map((profile, index) => readProfile(profile, `profile ${index}`, tables, losses)),
  }));
}
