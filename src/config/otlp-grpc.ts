import { getSharedConfigurationFromEnvironment } from '@opentelemetry/otlp-exporter-base/node-http';
import { InvalidOptionError, printable } from '../base/errors.ts';
import { type GrpcEndpoint, parseGrpcEndpoint } from './grpc-endpoint.ts';
import { otlpVariable, SIGNAL, warnOfEnvironment } from './otlp-environment.ts';
import { environmentHeaderFilter, environmentHeaders, isMetadata } from './otlp-headers.ts';
import type { OtlpExporterOptions, OtlpTlsOptions } from './otlp-options.ts';
import { otlpLimits, type OtlpSharedConfig } from './otlp-shared.ts';
import { environmentTls } from './otlp-tls.ts';

/** OTLP over gRPC, decided. */
export interface OtlpGrpcConfig extends OtlpSharedConfig {
  readonly protocol: 'grpc';
  /** For people: scheme, host and port. */
  readonly url: string;
  /** What gRPC calls the receiver: `host:port`, or a `unix:` path. */
  readonly target: string;
  /** undefined: without TLS. */
  readonly tls: OtlpTlsOptions | undefined;
}

const REQUIREMENT = 'a URL of http: or https:, host and port, without a path';
const DEFAULT_URL = 'http://localhost:4317';
// What servers of gRPC take where nobody set anything else, a Collector among them.
const DEFAULT_MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** Throws an {@link InvalidOptionError} for a bad option; those that mean the same over HTTP have been checked. */
export function otlpGrpcConfig(options: OtlpExporterOptions): OtlpGrpcConfig {
  checkMetadata(options.headers);
  const { url, target, isSecure } = endpointOf(options.url);
  return {
    ...otlpLimits(options, getSharedConfigurationFromEnvironment(SIGNAL), DEFAULT_MAX_REQUEST_BYTES),
    protocol: 'grpc',
    url,
    target,
    tls: isSecure ? (options.tls ?? environmentTls()) : undefined,
    headers: environmentHeaderFilter(() => ({ ...environmentHeaders(), ...options.headers }), isMetadata),
  };
}

function endpointOf(option: string | undefined): GrpcEndpoint {
  const isInsecure = isInsecureByDefault();
  if (option !== undefined) {
    const endpoint = parseGrpcEndpoint(option, isInsecure);
    if (endpoint === undefined) throw new InvalidOptionError('url', REQUIREMENT, option);
    return endpoint;
  }
  return environmentEndpoint(isInsecure) ?? parseGrpcEndpoint(DEFAULT_URL, isInsecure)!;
}

function environmentEndpoint(isInsecure: boolean): GrpcEndpoint | undefined {
  const variable = otlpVariable('ENDPOINT');
  if (variable === undefined) return undefined;
  const { name, value } = variable;
  const endpoint = parseGrpcEndpoint(value, isInsecure);
  if (endpoint === undefined) {
    warnOfEnvironment(`${name} must be ${REQUIREMENT}, got ${printable(value)}; using ${DEFAULT_URL}`);
  }
  return endpoint;
}

function isInsecureByDefault(): boolean {
  const variable = otlpVariable('INSECURE');
  if (variable === undefined) return false;
  const { name, value } = variable;
  const isTrue = value.toLowerCase() === 'true';
  if (!isTrue && value.toLowerCase() !== 'false') {
    warnOfEnvironment(`${name} must be true or false, got ${printable(value)}; using false`);
  }
  return isTrue;
}

function checkMetadata(headers: OtlpExporterOptions['headers']): void {
  for (const header of Object.entries(headers ?? {})) {
    if (isMetadata(header)) continue;
    // A header's value may be a credential: the message shows its type only.
    const [name, value] = header;
    throw new InvalidOptionError(`headers.${name}`, 'metadata of gRPC: printable ASCII', typeof value);
  }
}
