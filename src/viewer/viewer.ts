import { NoGrpcError, startGrpcReceiver } from './otlp-grpc.ts';
import { startHttpServer } from './http-server.ts';
import { Intake, type OnReceived } from './receive.ts';
import { Store } from './store.ts';

export interface ViewerOptions {
  /** Who can reach it; default 127.0.0.1. */
  readonly host?: string;
  /** Of the page and of OTLP over HTTP; 0 for a free one. Default 4318. */
  readonly port?: number;
  /** Of OTLP over gRPC; 0 for a free one, false for none. Default 4317. */
  readonly grpcPort?: number | false;
  /** Further names under which it may be asked. Default: none but addresses and localhost. */
  readonly allowedHosts?: readonly string[];
  /** A database file; default: in memory. */
  readonly file?: string;
  /** Default: a day. */
  readonly maxAgeMillis?: number;
  /** Default: 512 MiB. */
  readonly maxBytes?: number;
  /** Sees every message that was stored. */
  readonly onReceived?: OnReceived;
}

export interface Viewer {
  /** Of the page, and for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** Absent where gRPC is off, or its package is missing. */
  readonly grpcUrl?: string;
  /** Why gRPC is missing although it was wanted. */
  readonly grpcProblem?: string;
  readonly store: Store;
  stop(): Promise<void>;
}

export const VIEWER_DEFAULTS = {
  host: '127.0.0.1',
  port: 4318,
  grpcPort: 4317,
  maxAgeMillis: 86_400_000,
  maxBytes: 512 * 1024 * 1024,
} as const;

/** Receives OTLP and serves the page until `stop`. Rejects where it can't listen, or with a `StoreFileError`. */
export async function startViewer(options: ViewerOptions = {}): Promise<Viewer> {
  const { host, port, grpcPort, maxAgeMillis, maxBytes } = { ...VIEWER_DEFAULTS, ...options };
  const { file, allowedHosts = [], onReceived } = options;
  const store = new Store({ ...(file !== undefined && { file }), maxAgeMillis, maxBytes });
  const stops: (() => unknown)[] = [() => store.close()];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const intake = new Intake(store, onReceived);
    const receivers: { protocol: string; url: string }[] = [];
    const http = await startHttpServer(store, intake, { host, port, allowedHosts }, () => ({ receivers, maxBytes }));
    stops.push(() => http.stop());
    const url = urlOf(host, http.port);
    receivers.push({ protocol: 'http/protobuf', url });
    const grpc = grpcPort === false ? {} : await startGrpc(intake, host, grpcPort, stops);
    if (grpc.grpcUrl !== undefined) receivers.push({ protocol: 'grpc', url: grpc.grpcUrl });
    return { url, ...grpc, store, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function startGrpc(
  intake: Intake,
  host: string,
  port: number,
  stops: (() => unknown)[],
): Promise<Pick<Viewer, 'grpcUrl' | 'grpcProblem'>> {
  try {
    const receiver = await startGrpcReceiver(intake, { host, port });
    stops.push(() => receiver.stop());
    return { grpcUrl: urlOf(host, receiver.port) };
  } catch (thrown) {
    if (thrown instanceof NoGrpcError) return { grpcProblem: thrown.message };
    throw thrown;
  }
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
