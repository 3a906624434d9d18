import { guarded, unawaited } from '../base/faults.ts';
import { ownRequire } from '../base/own-require.ts';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type * as Grpc from '@grpc/grpc-js';
import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import type { OtlpGrpcConfig } from '../config/otlp-grpc.ts';
import type { OtlpTlsOptions } from '../config/otlp-options.ts';
import { retryInfoMillis } from '../encode/grpc-retry-info.ts';
import { ExportFailure, toFailure } from './failure.ts';
import { type Attempt, type AttemptLimit, DEVELOPMENT_VERSION, type OtlpTransport } from './otlp-transport.ts';

const METHOD = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
const { name, version } = INSTRUMENTATION_SCOPE;
// @grpc/grpc-js 1.14 gives TLS the host as the server's name, which Node warns of (24) or refuses (26) for an IP address.
const NAME_OF_ADDRESSES = 'address.invalid';
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
// gRPC's own is two minutes: a receiver that is back would be missed for so long.
const MAX_RECONNECT_MILLIS = 5_000;
// As OTLP has it. RESOURCE_EXHAUSTED is one of them only where the receiver says when.
const RETRYABLE_STATUS = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

interface Connection {
  readonly grpc: typeof Grpc;
  readonly client: Grpc.Client;
  readonly metadata: Grpc.Metadata;
}

/**
 * OTLP over gRPC, by `@grpc/grpc-js`: the transport of OpenTelemetry's own exporters, marked as internal, cannot be cut off.
 */
export class OtlpGrpcTransport implements OtlpTransport {
  readonly #config: OtlpGrpcConfig;
  #connection: Promise<Connection> | undefined;

  constructor(config: OtlpGrpcConfig) {
    this.#config = config;
  }

  /** gRPC compresses by itself. */
  pack(request: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(request);
  }

  async send(packed: Uint8Array, limit: AttemptLimit): Promise<Attempt> {
    try {
      return await call(await (this.#connection ??= this.#connect()), packed, limit);
    } catch (thrown) {
      return { status: 'failure', failure: toFailure(thrown) };
    }
  }

  close(): void {
    if (this.#connection === undefined) return;
    const closed = this.#connection.then(
      ({ client }) => client.close(),
      () => undefined,
    );
    unawaited('the end of the connections met an error', closed);
  }

  async #connect(): Promise<Connection> {
    const { target, tls, compression, headers } = this.#config;
    const grpc = loadGrpc();
    const credentials = tls ? sslCredentials(grpc, tls, target) : grpc.credentials.createInsecure();
    const client = new grpc.Client(target, credentials, {
      ...(tls && isIP(hostOf(target)) !== 0 && { 'grpc.ssl_target_name_override': NAME_OF_ADDRESSES }),
      'grpc.primary_user_agent': `${name}/${version} OTel-OTLP-Exporter-JavaScript/${version}`,
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_MILLIS,
      ...(compression === 'gzip' && { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip }),
    });
    return { grpc, client, metadata: metadataOf(grpc, await headers()) };
  }
}

/** At the first export, not before: instrumentations of gRPC have to be there first. */
function loadGrpc(): typeof Grpc {
  try {
    return ownRequire('@grpc/grpc-js') as typeof Grpc;
  } catch (thrown) {
    const { kind, message } = toFailure(thrown);
    throw new ExportFailure(kind, `gRPC needs the package @grpc/grpc-js, which does not load: ${message}`);
  }
}

function call({ grpc, client, metadata }: Connection, packed: Uint8Array, { signal }: AttemptLimit): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    const onAnswer = (error: Grpc.ServiceError | null, answer?: Buffer): void => {
      try {
        signal.removeEventListener('abort', cancel);
        resolve(error ? failedAttempt(grpc, error) : { status: 'success', answer });
      } catch (thrown) {
        reject(toFailure(thrown));
      }
    };
    const request = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    const started = client.makeUnaryRequest(METHOD, unchanged, unchanged, request, metadata, onAnswer);
    const cancel = guarded('an export met an error', () => started.cancel());
    signal.addEventListener('abort', cancel);
  });
}

function failedAttempt({ status }: typeof Grpc, { code, details, metadata }: Grpc.ServiceError): Attempt {
  const kind = status[code];
  const failure = new ExportFailure(kind, `gRPC ${kind}: ${details}`);
  const [statusDetails] = metadata.get('grpc-status-details-bin');
  const retryInMillis = Buffer.isBuffer(statusDetails) ? retryInfoMillis(statusDetails) : undefined;
  const isRetryable = RETRYABLE_STATUS.has(kind) || (kind === 'RESOURCE_EXHAUSTED' && retryInMillis !== undefined);
  return isRetryable ? { status: 'retryable', failure, retryInMillis } : { status: 'failure', failure };
}

function sslCredentials(
  { credentials }: typeof Grpc,
  { ca, key, cert }: OtlpTlsOptions,
  target: string,
): Grpc.ChannelCredentials {
  const host = hostOf(target);
  return credentials.createSsl(bufferOf(ca), bufferOf(key), bufferOf(cert), {
    // Under whatever name the connection is made.
    checkServerIdentity: (_, certificate) => {
      try {
        return checkServerIdentity(host, certificate);
      } catch (thrown) {
        // Nobody catches for TLS.
        return toFailure(thrown);
      }
    },
  });
}

function hostOf(target: string): string {
  return target.slice(0, target.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
}

function metadataOf({ Metadata }: typeof Grpc, headers: Readonly<Record<string, string>>): Grpc.Metadata {
  const metadata = new Metadata();
  for (const [header, value] of Object.entries(headers)) {
    metadata.set(header, header.toLowerCase().endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  metadata.set(DEVELOPMENT_VERSION.header, DEVELOPMENT_VERSION.value);
  return metadata;
}

function bufferOf(pem: string | Buffer | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}

function unchanged(bytes: Buffer): Buffer {
  return bytes;
}
