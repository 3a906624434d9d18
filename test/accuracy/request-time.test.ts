import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createShop } from '../../examples/demo/database.ts';
import { startLoad } from '../../examples/demo/load.ts';
import { startPostgres } from '../../examples/demo/postgres.ts';
import { startService } from '../../examples/demo/service-process.ts';
import { selectSpans } from '../../src/cli/span-selection.ts';
import { whereTime } from '../../src/cli/where-time.ts';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { otlpJsonToSpans, type Span } from '../../src/encode/otlp-traces-import.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { listening } from '../support/listening.ts';

const REQUESTS = 10_000;
const CONNECTIONS = 200;

interface Run {
  readonly messages: readonly ProfilesData[];
  readonly spans: readonly Span[];
}

/** What the demo's service sent: profiles of full load, and the spans of so many requests at least. */
async function runService(environment: Readonly<Record<string, string>>): Promise<Run> {
  const messages: ProfilesData[] = [];
  const spans: Span[] = [];
  const receiver = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/v1/traces') spans.push(...otlpJsonToSpans(body).flatMap((data) => data.spans));
      else messages.push(...otlpToProfiles(body).messages);
      response.end();
    });
  });
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const { url, close } = await listening(receiver);
    stops.push(close);
    const postgres = await startPostgres();
    stops.push(() => postgres.stop());
    await createShop(postgres.env);
    const env = {
      ...postgres.env,
      ...environment,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_TASKPROF_CPU: 'true',
      // Every span that the profile links to.
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5000',
      OTEL_BSP_SCHEDULE_DELAY: '500',
    };
    const service = await startService(env, () => undefined);
    stops.push(() => service.stop());
    const load = startLoad(service.url, CONNECTIONS);
    stops.push(() => load.stop());
    const isEnough = (): boolean => spans.filter(isRequest).length >= REQUESTS && messages.length > 0;
    while (!isEnough()) await sleep(200);
    const startedAt = BigInt(Date.now()) * 1_000_000n;
    // The interval in which the last of them are, and their spans.
    while (!messages.some(({ profiles }) => profiles.some((profile) => profile.timeUnixNano > startedAt)))
      await sleep(200);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
  return { messages, spans };
}

const isRequest = ({ parentSpanId, attributes }: Span): boolean => parentSpanId === '' && 'http.route' in attributes;

/** The time of the requests by the profiles, as a share of that by the traces, and the standard error that it claims. */
function shareOfTrace({ messages, spans }: Run): { share: number; standardError: number } {
  const time = whereTime(messages, 'the service', { filter: {}, spans: selectSpans(spans, {}) });
  const bySamples = whereTime(messages, 'the service', { filter: {} });
  assert.ok(time.spans! >= REQUESTS);
  // Of the same requests, by the profiles alone.
  const cpu = time.cpu!.total;
  const byProfile = time.wait.total + cpu + bySamples.rest * (cpu / bySamples.cpu!.total);
  const share = byProfile / time.wall;
  // Nearly all of it are waits.
  const standardError = share * (bySamples.wait.totalStandardError / bySamples.wait.total);
  if (process.env.TASKPROF_VERBOSE) {
    const millis = (time.wall / 1e6 / time.spans!).toFixed(1);
    console.log(`${millis} ms by the trace, ${told({ share, standardError })}`);
  }
  return { share, standardError };
}

function told({ share, standardError }: { share: number; standardError: number }): string {
  return `${percent(share)} ± ${percent(standardError)} of it by the profile`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

describe("the time of the requests of the demo's service, by the profiles and by the traces", function () {
  this.timeout(240_000);

  it('is the same on the mean over 10,000 requests where all of them are looked at', async () => {
    const { share, standardError } = shareOfTrace(await runService({ OTEL_TASKPROF_SAMPLING: 'all' }));
    assert.ok(Math.abs(share - 1) <= 0.05, told({ share, standardError }));
  });

  it('is the same within the standard error that is claimed, at the default budget', async () => {
    const { share, standardError } = shareOfTrace(await runService({}));
    // What comes of chance, and what the two do not see alike: the test above.
    assert.ok(Math.abs(share - 1) <= 4 * standardError + 0.01, told({ share, standardError }));
    // 6 % in 27 s: of thirty requests one is known.
    assert.ok(standardError <= 0.15, told({ share, standardError }));
  });
});
