import { LossList } from './loss-list.ts';
import { importOtlp, type OtlpImport } from './otlp-import.ts';
import { readOtlpJson } from './otlp-json-read.ts';

/**
 * Reads an OTLP `ExportProfilesServiceRequest` or `ProfilesData` (`v1development`) in JSON, as text, in UTF-8, or parsed. The rest is
 * as with `otlpToProfiles`.
 *
 * @throws InvalidOtlpError for what is none
 */
export function otlpJsonToProfiles(json: string | Uint8Array | object): OtlpImport {
  const losses = new LossList();
  return importOtlp(readOtlpJson(json, 'ProfilesData', losses), losses);
}
