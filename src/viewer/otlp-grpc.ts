import { ownRequire } from '../base/own-require.ts';
import type * as Grpc from '@grpc/grpc-js';
import { toError } from '../base/errors.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { type Intake, isRefusal, type Signal } from './receive.ts';

const METHODS: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  profiles: '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
};

export interface GrpcReceiver {
  readonly port: number;
  stop(): void;
}

/** Why there is no receiver for gRPC. */
export class NoGrpcError extends Error {
  override readonly name = 'NoGrpcError';
}

/** Listens for OTLP over gRPC. Rejects with a {@link NoGrpcError} where `@grpc/grpc-js` is not installed. */
export async function startGrpcReceiver(
  intake: Intake,
  { host, port }: { host: string; port: number },
): Promise<GrpcReceiver> {
  const grpc = loadGrpc();
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    // Of a connection: the messages of all of them are in memory at once.
    'grpc.max_concurrent_streams': 16,
    // Otherwise a second one could take the same port.
    'grpc.so_reuseport': 0,
  });
  for (const [signal, path] of Object.entries(METHODS) as [Signal, string][]) {
    server.addService(serviceOf(path), { export: handler(grpc, intake, signal) });
  }
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    );
  });
  return { port: bound, stop: () => server.forceShutdown() };
}

function loadGrpc(): typeof Grpc {
  try {
    return ownRequire('@grpc/grpc-js') as typeof Grpc;
  } catch (thrown) {
    throw new NoGrpcError('OTLP over gRPC needs the package @grpc/grpc-js, which is not installed', { cause: thrown });
  }
}

function serviceOf(path: string): Grpc.ServiceDefinition {
  const unchanged = (bytes: Buffer): Buffer => bytes;
  return {
    export: {
      ...{
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: unchanged,
        requestDeserialize: unchanged,
      },
      ...{ responseSerialize: unchanged, responseDeserialize: unchanged },
    },
  };
}

function handler({ status }: typeof Grpc, intake: Intake, signal: Signal): Grpc.handleUnaryCall<Buffer, Buffer> {
  return ({ request }, answer) => {
    try {
      intake.take(signal, 'protobuf', request);
      answer(null, Buffer.alloc(0));
    } catch (thrown) {
      const code = isRefusal(thrown) ? status.INVALID_ARGUMENT : status.UNAVAILABLE;
      answer({ code, details: toError(thrown).message });
    }
  };
}
