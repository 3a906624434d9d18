import { printable, toError } from '../base/errors.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
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
  const parsed = typeof json === 'string' || json instanceof Uint8Array ? parse(json) : json;
  const raw = readOtlpJson(parsed, losses);
  // Every other JSON object would be a message without a profile.
  const isOther = Object.keys(raw).length === 0 && Object.keys(parsed as object).length > 0;
  if (isOther) throw new InvalidOtlpError(`it has no resourceProfiles: ${printable(Object.keys(parsed as object))}`);
  return importOtlp(raw, losses);
}

function parse(json: string | Uint8Array): unknown {
  const text = typeof json === 'string' ? json : new TextDecoder().decode(json);
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new InvalidOtlpError(`broken JSON: ${printable(toError(thrown).message)}`, { cause: thrown });
  }
}
