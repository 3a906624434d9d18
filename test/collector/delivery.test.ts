import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertDelivered } from './assert-delivered.ts';
import { type Collector, type WritingCollector, startExample, startWritingCollector } from './collector.ts';
import { stopAll } from './processes.ts';
import { OWN_RUNTIME, RUNTIME_NAMES, type Runtime, allRuntimes } from './runtimes.ts';
import { runService } from './service.ts';
import { readWritten } from './written.ts';

const INSTALL_TIMEOUT_MILLIS = 300_000;

/** Each value of `OTEL_EXPORTER_OTLP_PROTOCOL`, with the Collector's receiver that takes it. */
const PROTOCOLS: Readonly<Record<string, keyof Collector['urls']>> = {
  'http/protobuf': 'http',
  'http/json': 'http',
  grpc: 'grpc',
};

describe('through a real Collector', () => {
  let folder: string;
  let last: WritingCollector;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-collector-'));
    last = await startWritingCollector(join(folder, 'last'));
  });

  afterEach(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the examples call their backend: the last Collector. */
  const asBackend = (): Record<string, string> => ({
    BACKEND_ENDPOINT: new URL(last.urls.grpc).host,
    BACKEND_INSECURE: 'true',
  });

  /** Runs the service, ends the Collectors in the order in which it sends through them, and compares. */
  async function assertArrives(
    runtime: Runtime,
    env: Record<string, string>,
    between: Collector[] = [],
  ): Promise<void> {
    const truth = await runService(runtime, env);
    for (const collector of [...between, last]) await collector.stop();
    assertDelivered(truth, readWritten(last));
  }

  const over = (protocol: string): Record<string, string> => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: last.urls[PROTOCOLS[protocol]!],
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  });

  for (const protocol of Object.keys(PROTOCOLS)) {
    it(`everything that the process knew arrives over ${protocol}`, () => assertArrives(OWN_RUNTIME, over(protocol)));

    it(`everything arrives compressed over ${protocol}`, () =>
      assertArrives(OWN_RUNTIME, { ...over(protocol), OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }));
  }

  it('everything arrives through agent.yaml', async () => {
    const agent = await startExample('agent.yaml', join(folder, 'agent'), asBackend());
    await assertArrives(OWN_RUNTIME, { OTEL_EXPORTER_OTLP_ENDPOINT: agent.urls.http }, [agent]);
  });

  it('everything arrives through agent-to-gateways.yaml and gateway.yaml', async () => {
    const gateway = await startExample('gateway.yaml', join(folder, 'gateway'), asBackend());
    const agent = await startExample('agent-to-gateways.yaml', join(folder, 'agent'), {
      GATEWAY_ENDPOINT: `dns:///localhost:${new URL(gateway.urls.grpc).port}`,
    });
    await assertArrives(OWN_RUNTIME, { OTEL_EXPORTER_OTLP_ENDPOINT: agent.urls.http }, [agent, gateway]);
  });

  // Stands in for Pyroscope by its endpoint alone: OTLP over HTTP.
  it('everything arrives through pyroscope.yaml', async () => {
    const agent = await startExample('pyroscope.yaml', join(folder, 'agent'), {
      PYROSCOPE_ENDPOINT: last.urls.http,
      TRACES_ENDPOINT: new URL(last.urls.grpc).host,
    });
    await assertArrives(OWN_RUNTIME, { OTEL_EXPORTER_OTLP_ENDPOINT: agent.urls.http }, [agent]);
  });

  describe('on every supported runtime', () => {
    let runtimes: ReadonlyMap<string, Runtime>;

    before(function () {
      this.timeout(INSTALL_TIMEOUT_MILLIS);
      runtimes = new Map(allRuntimes().map((runtime) => [runtime.name, runtime]));
    });

    for (const name of RUNTIME_NAMES) {
      for (const protocol of Object.keys(PROTOCOLS)) {
        it(`everything arrives over ${protocol}: ${name}`, () => assertArrives(runtimes.get(name)!, over(protocol)));
      }
    }
  });
});
