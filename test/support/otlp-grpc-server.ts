import {
  Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { encodeResponse } from '../../examples/receiver/decode.ts';

export type GrpcCall = ServerUnaryCall<Buffer, Buffer>;

/** Answers the call of that number, from 0. */
export type GrpcAnswer = (answer: sendUnaryData<Buffer>, index: number, call: GrpcCall) => void;

export interface OtlpGrpcServer {
  readonly port: number;
  readonly url: string;
  readonly requests: Buffer[];
  readonly calls: GrpcCall[];
  close(): void;
}

/** Takes everything, as a receiver does that is well. */
export const acceptCall: GrpcAnswer = (answer) => answer(null, Buffer.from(encodeResponse()));

const PATH = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
const unchanged = (bytes: Buffer): Buffer => bytes;
const SERVICE: ServiceDefinition = {
  export: {
    path: PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: unchanged,
    requestDeserialize: unchanged,
    responseSerialize: unchanged,
    responseDeserialize: unchanged,
  },
};

/** A receiver of profiles over gRPC on loopback; on a free port unless one is given. */
export async function startOtlpGrpcServer(
  answer: GrpcAnswer = acceptCall,
  { port = 0, credentials = ServerCredentials.createInsecure() } = {},
): Promise<OtlpGrpcServer> {
  const requests: Buffer[] = [];
  const calls: GrpcCall[] = [];
  const server = new Server({ 'grpc.max_receive_message_length': 128 * 2 ** 20 });
  const implementation: UntypedServiceImplementation = {
    export: (call: GrpcCall, done: sendUnaryData<Buffer>) => {
      calls.push(call);
      answer(done, requests.push(call.request) - 1, call);
    },
  };
  server.addService(SERVICE, implementation);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, at) => (error ? reject(error) : resolve(at)));
  });
  return { port: bound, url: `http://127.0.0.1:${bound}`, requests, calls, close: () => server.forceShutdown() };
}

/** The status of an error with `google.rpc.RetryInfo` in its details. */
export function retryInfo(seconds: number, nanos: number): Metadata {
  const metadata = new Metadata();
  const duration = [...field(1, 0, varint(seconds)), ...field(2, 0, varint(nanos))];
  const any = [
    ...field(1, 2, withLength(Buffer.from('type.googleapis.com/google.rpc.RetryInfo'))),
    ...field(2, 2, withLength(field(1, 2, withLength(duration)))),
  ];
  metadata.set('grpc-status-details-bin', Buffer.from(field(3, 2, withLength(any))));
  return metadata;
}

function field(number: number, wireType: number, content: readonly number[]): number[] {
  return [number * 8 + wireType, ...content];
}

function withLength(bytes: ArrayLike<number>): number[] {
  return [...varint(bytes.length), ...Array.from(bytes)];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}
