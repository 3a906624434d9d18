import { diag } from '@opentelemetry/api';
import { getStringFromEnv } from '@opentelemetry/core';

/** What OpenTelemetry's exporters share. Each is read as `OTEL_EXPORTER_OTLP_PROFILES_...` first, then without the signal. */
export const OTLP_ENVIRONMENT_VARIABLES = {
  PROTOCOL: {
    values: '`http/protobuf`, `http/json`, `grpc`',
    description: 'How profiles travel. Default `http/protobuf`.',
  },
  ENDPOINT: {
    values: 'URL',
    description:
      'Where they go. HTTP: that of profiles as it is, the general one with `/v1development/profiles` appended; default `http://localhost:4318`. gRPC: `http:` without TLS, `https:` with it, no path; default `http://localhost:4317`.',
  },
  HEADERS: { values: '`name=value,...`', description: 'Sent with each request; as metadata over gRPC.' },
  TIMEOUT: { values: 'milliseconds', description: 'For one export with all its retries. Default 10000.' },
  COMPRESSION: { values: '`none`, `gzip`', description: 'Of requests. Default `none`.' },
  CERTIFICATE: { values: 'PEM file', description: 'Certificates that the receiver is checked against.' },
  CLIENT_KEY: { values: 'PEM file', description: 'Private key for mutual TLS.' },
  CLIENT_CERTIFICATE: { values: 'PEM file', description: 'Certificate chain that goes with the key.' },
  INSECURE: {
    values: '`true`, `false`',
    description: 'Only gRPC, and only where the endpoint has no scheme: `true` is without TLS. Default `false`.',
  },
} as const;

export type OtlpSetting = keyof typeof OTLP_ENVIRONMENT_VARIABLES;

/** The signal's name within the names of variables. */
export const SIGNAL = 'PROFILES';

/** One variable that is set. */
export interface OtlpVariable {
  readonly name: string;
  readonly value: string;
}

/** What the environment sets: for profiles, else for all signals. A blank value counts as not set. */
export function otlpVariable(setting: OtlpSetting): OtlpVariable | undefined {
  return otlpVariables(setting)[0];
}

/** Both where both are set, that of profiles first. */
export function otlpVariables(setting: OtlpSetting): OtlpVariable[] {
  return [`OTEL_EXPORTER_OTLP_${SIGNAL}_${setting}`, `OTEL_EXPORTER_OTLP_${setting}`].flatMap((name) => {
    const value = getStringFromEnv(name)?.trim();
    return value ? [{ name, value }] : [];
  });
}

/** Says that something in the environment is not used as it is written. */
export function warnOfEnvironment(message: string): void {
  diag.warn(`otel-taskprof: ${message}`);
}
