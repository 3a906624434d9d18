import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Attributes } from '../../src/profile/model.ts';
import {
  type DecodedProfiles,
  type DecodedResourceSpans,
  decodeProfiles,
  decodeTraces,
} from '../../examples/receiver/decode.ts';

interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

function namesOfMetrics(body: Uint8Array): string[] {
  const { resourceMetrics } = JSON.parse(Buffer.from(body).toString()) as MetricsRequest;
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
  );
}

// The resource looks the same in every signal.
function resourcesOfMetrics(body: Uint8Array): Attributes[] {
  const { resourceMetrics } = JSON.parse(Buffer.from(body).toString()) as { resourceMetrics: unknown };
  return decodeTraces(Buffer.from(JSON.stringify({ resourceSpans: resourceMetrics }))).map(({ resource }) => resource);
}

/** An OTLP/HTTP endpoint on loopback that keeps what it is sent: profiles as protobuf, traces as JSON; the rest it accepts. */
export class OtlpReceiver {
  readonly profiles: DecodedProfiles[] = [];
  readonly traces: DecodedResourceSpans[] = [];
  /** The resource of each message of metrics. */
  readonly metricsResources: Attributes[] = [];
  /** The metrics that arrived. */
  readonly metricNames = new Set<string>();
  /** What could not be decoded. */
  readonly errors: unknown[] = [];
  readonly #server = createServer((request, response) => void this.#receive(request, response));
  readonly #changes = new EventEmitter();

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#changes.emit('change');
    await once(this.#server, 'close');
  }

  /** Resolves when what has arrived is enough, or nothing more will. */
  async until(isEnough: () => boolean): Promise<void> {
    while (this.#server.listening && !isEnough()) await once(this.#changes, 'change');
  }

  /** Every span that arrived. */
  get spanNames(): string[] {
    return this.traces.flatMap(({ spans }) => spans.map(({ name }) => name));
  }

  /** The functions on the stacks of everything that arrived. */
  get functionNames(): Set<string> {
    const samples = this.profiles.flatMap(({ profiles }) => profiles.flatMap((profile) => profile.samples));
    return new Set(samples.flatMap(({ stack }) => stack.map(({ functionName }) => functionName)));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    try {
      this.#keep(request.url ?? '', request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    } catch (error) {
      this.errors.push(error);
    }
    response.end();
    this.#changes.emit('change');
  }

  #keep(path: string, body: Uint8Array): void {
    if (path === '/v1development/profiles') this.profiles.push(decodeProfiles(body));
    if (path === '/v1/traces') this.traces.push(...decodeTraces(body));
    if (path !== '/v1/metrics') return;
    this.metricsResources.push(...resourcesOfMetrics(body));
    for (const name of namesOfMetrics(body)) this.metricNames.add(name);
  }
}
