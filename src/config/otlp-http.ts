/* eslint-disable @typescript-eslint/no-deprecated --
   convertLegacyHttpOptions is the only reader of the environment, certificates included, that the package exports; its own
   exporters use it as well. */
import type { Agent } from 'node:http';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { InvalidOptionError, printable } from '../base/errors.ts';
import { SIGNAL, warnOfEnvironment } from './otlp-environment.ts';
import { environmentHeaderFilter, isHttpHeader } from './otlp-headers.ts';
import { MAX_REQUEST_BYTES, type OtlpExporterOptions } from './otlp-options.ts';
import { otlpLimits, type OtlpSharedConfig } from './otlp-shared.ts';

/** OTLP over HTTP, decided. */
export interface OtlpHttpConfig extends OtlpSharedConfig {
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly url: string;
  /** Makes the agent that keeps the connections, with the certificates. */
  readonly agent: () => Promise<Agent>;
}

const RESOURCE_PATH = 'v1development/profiles';
const DEFAULT_URL = `http://localhost:4318/${RESOURCE_PATH}`;
const CONTENT_TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;

/** Throws an {@link InvalidOptionError} for a bad `url`; the other options have been checked. */
export function otlpHttpConfig(options: OtlpExporterOptions, protocol: OtlpHttpConfig['protocol']): OtlpHttpConfig {
  if (options.url !== undefined && !isHttpUrl(options.url)) {
    throw new InvalidOptionError('url', 'an http: or https: URL', options.url);
  }
  const { url, headers, agentFactory, ...environment } = convertLegacyHttpOptions(
    {
      ...(options.url !== undefined && { url: options.url }),
      ...(options.headers !== undefined && { headers: { ...options.headers } }),
      ...(options.tls !== undefined && { httpAgentOptions: { keepAlive: true, ...options.tls } }),
    },
    SIGNAL,
    RESOURCE_PATH,
    { 'Content-Type': CONTENT_TYPES[protocol] },
  );
  const usedUrl = isHttpUrl(url) ? url : defaultUrlInsteadOf(url);
  return {
    ...otlpLimits(options, environment, MAX_REQUEST_BYTES),
    protocol,
    url: usedUrl,
    headers: environmentHeaderFilter(headers, isHttpHeader),
    agent: async () => agentFactory(new URL(usedUrl).protocol),
  };
}

function isHttpUrl(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

// `localhost:4318` parses as a URL, of the scheme `localhost`, and comes this far. Options were checked before.
function defaultUrlInsteadOf(url: string): string {
  const got = printable(url);
  warnOfEnvironment(`OTEL_EXPORTER_OTLP_ENDPOINT must be an http: or https: URL, got ${got}; using ${DEFAULT_URL}`);
  return DEFAULT_URL;
}
