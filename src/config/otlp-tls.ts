import { readFileSync } from 'node:fs';
import { toError } from '../base/errors.ts';
import { type OtlpSetting, otlpVariable, warnOfEnvironment } from './otlp-environment.ts';
import type { OtlpTlsOptions } from './otlp-options.ts';

/** The certificates and the key that the environment names. What cannot be read is warned of and left out. */
export function environmentTls(): OtlpTlsOptions {
  const ca = fileOf('CERTIFICATE');
  const key = fileOf('CLIENT_KEY');
  const cert = fileOf('CLIENT_CERTIFICATE');
  if ((key === undefined) !== (cert === undefined)) {
    warnOfEnvironment('a client certificate needs its key, and a key its certificate: the one that is set is not used');
  }
  return { ...(ca && { ca }), ...(key && cert && { key, cert }) };
}

function fileOf(setting: OtlpSetting): Buffer | undefined {
  const variable = otlpVariable(setting);
  if (variable === undefined) return undefined;
  try {
    return readFileSync(variable.value);
  } catch (thrown) {
    warnOfEnvironment(`${variable.name} cannot be read: ${toError(thrown).message}`);
    return undefined;
  }
}
