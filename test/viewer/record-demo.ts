// Records what the demo's service sends, for the tests of the page: `node test/viewer/record-demo.ts`. First a little load, then more.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createShop } from '../../examples/demo/database.ts';
import { startLoad } from '../../examples/demo/load.ts';
import { startPostgres } from '../../examples/demo/postgres.ts';
import { startService } from '../../examples/demo/service-process.ts';
import { encodeOtlpJson, otlpToProfiles, type ProfilesData } from '../../src/index.ts';
import { startViewer } from '../../src/viewer/viewer.ts';
import { DEMO_FILE } from './demo-file.ts';

/** Loads, each so long and over so many connections. */
const LOADS = [
  { millis: 11_000, connections: 12 },
  { millis: 11_000, connections: 40 },
] as const;

interface TraceRequest {
  resourceSpans: { scopeSpans: { spans: { traceId: string; endTimeUnixNano: string }[] }[] }[];
}

const profiles: ProfilesData[] = [];
const traces: TraceRequest[] = [];

async function record(): Promise<void> {
  const viewer = await startViewer({
    port: 0,
    grpcPort: false,
    onReceived(signal, _, message) {
      if (signal === 'traces') traces.push(JSON.parse(Buffer.from(message).toString()) as TraceRequest);
      else profiles.push(...otlpToProfiles(message).messages);
    },
  });
  const postgres = await startPostgres();
  await createShop(postgres.env);
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: viewer.url,
    OTEL_SERVICE_NAME: 'taskprof-demo-shop',
    OTEL_TASKPROF_SAMPLING: '0.04',
  };
  const quiet = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_BSP_MAX_QUEUE_SIZE: '65536' };
  const service = await startService({ ...postgres.env, ...env, ...quiet }, (line) =>
    process.stderr.write(`${line}\n`),
  );
  for (const { millis, connections } of LOADS) {
    const load = startLoad(service.url, connections);
    await sleep(millis);
    await load.stop();
  }
  await service.stop();
  await postgres.stop();
  await viewer.stop();
}

/** Of the traces only those that a profile tells of, and nothing that ended after the last whole profile: those spans are still open. */
function chosenTraces(kept: readonly ProfilesData[]): TraceRequest[] {
  const all = kept.flatMap((message) => message.profiles);
  const linked = new Set(all.flatMap(({ samples }) => samples.flatMap(({ link }) => link?.traceId ?? [])));
  const end = all.reduce((most, { timeUnixNano, durationNano }) => {
    return timeUnixNano + durationNano > most ? timeUnixNano + durationNano : most;
  }, 0n);
  for (const { resourceSpans } of traces) {
    for (const { scopeSpans } of resourceSpans) {
      for (const scope of scopeSpans) {
        scope.spans = scope.spans.filter(
          ({ traceId, endTimeUnixNano }) => linked.has(traceId) && BigInt(endTimeUnixNano) <= end,
        );
      }
    }
  }
  return traces.filter(({ resourceSpans }) =>
    resourceSpans.some(({ scopeSpans }) => scopeSpans.some(({ spans }) => spans.length > 0)),
  );
}

await record();
// The last is of the end of the load.
const kept = profiles.slice(0, -1);
const lines = [...kept.map(encodeOtlpJson), ...chosenTraces(kept).map((request) => JSON.stringify(request))];
const text = lines.join('\n').replaceAll(fileURLToPath(new URL('../..', import.meta.url)), '/srv/shop/');
writeFileSync(DEMO_FILE, gzipSync(text, { level: 9 }));
process.stderr.write(`${kept.length} messages of profiles, ${text.length} characters\n`);
