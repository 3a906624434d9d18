import { setTimeout as sleep } from 'node:timers/promises';
import { createShop } from '../../examples/demo/database.ts';
import { startLoad } from '../../examples/demo/load.ts';
import { startPostgres } from '../../examples/demo/postgres.ts';
import { startService } from '../../examples/demo/service-process.ts';
import type { WaitersReport } from '../../examples/demo/waiters.ts';
import type { DecodedProfile, DecodedSample } from '../../examples/receiver/decode.ts';
import { startReceiver } from '../../examples/receiver/server.ts';
import { SpanStore } from '../../examples/receiver/span-store.ts';

/** What one run of the demo's service sent, and what it counted itself meanwhile. */
export interface ShopRun {
  readonly profiles: readonly DecodedProfile[];
  readonly reports: readonly WaitersReport[];
}

/** A mean number of tasks and its standard error. */
export interface Estimate {
  readonly tasks: number;
  readonly standardError: number;
}

const CONNECTIONS = 200;
const REPORT_MILLIS = 100;

const ROUTES: Readonly<Record<string, string>> = {
  listOrders: 'GET /orders',
  showOrder: 'GET /orders/:id',
  search: 'GET /search',
  checkout: 'POST /checkout',
};

/** By operation; by the function that awaits it, where a stack was walked and its operation is not known. */
const KINDS: Readonly<Record<string, string>> = {
  'BoundPool.connect': 'connect',
  'BoundPool.query': 'pool.query',
  'Client.query': 'query',
  'OrderRepository.#withClient': 'connect',
  'OrderRepository.searchProducts': 'pool.query',
  'OrderRepository.#query': 'query',
};

/** Runs the demo's service under full load until `profiles` periodic profiles of full load have come. */
export async function runShop(environment: Readonly<Record<string, string>>, profiles: number): Promise<ShopRun> {
  const received: DecodedProfile[] = [];
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const onProfiles = (request: { profiles: readonly DecodedProfile[] }): void =>
      void received.push(...request.profiles.filter(({ sampleType }) => sampleType.type === 'tasks'));
    const receiver = await startReceiver({ spans: new SpanStore(1_000), onProfiles });
    stops.push(() => receiver.stop());
    const postgres = await startPostgres();
    stops.push(() => postgres.stop());
    await createShop(postgres.env);
    const env = {
      ...postgres.env,
      ...environment,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
    };
    const service = await startService(env, () => undefined);
    stops.push(() => service.stop());
    const load = startLoad(service.url, CONNECTIONS);
    stops.push(() => load.stop());
    const reports: WaitersReport[] = [];
    // The interval in which the load starts is not of full load.
    const full = (): DecodedProfile[] => received.filter((profile) => spanOf(profile)[0] >= reports[0]!.timeUnixMillis);
    const report = async (): Promise<WaitersReport> =>
      (await (await fetch(`${service.url}/debug/waiters`)).json()) as WaitersReport;
    do {
      reports.push(await report());
      await sleep(REPORT_MILLIS);
    } while (full().length < profiles);
    const whole = full();
    reports.push(await report());
    return { profiles: whole, reports };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** `GET /orders connect`: which await of which route a sample is of; undefined for what the service does not count. */
function groupOf({ stack }: DecodedSample): string | undefined {
  const kind = stack.map(({ functionName }) => KINDS[functionName]).find((found) => found !== undefined);
  const route = stack.map(({ functionName }) => ROUTES[functionName]).find((found) => found !== undefined);
  return kind === undefined || route === undefined ? undefined : `${route} ${kind}`;
}

/**
 * The estimates of one interval by group. Variances of samples are added: tasks of two spans are rarely of one sampling unit,
 * so that their estimates are all but independent.
 */
export function estimatesOf({ samples, attributes }: DecodedProfile): Map<string, Estimate> {
  const tasks = attributes['taskprof.sample.tasks'] as readonly number[];
  const errors = attributes['taskprof.sample.standard_error'] as readonly number[];
  const groups = new Map<string, Estimate>();
  samples.forEach((sample, i) => {
    const group = groupOf(sample);
    if (group === undefined) return;
    const known = groups.get(group) ?? { tasks: 0, standardError: 0 };
    groups.set(group, { tasks: known.tasks + tasks[i]!, standardError: Math.hypot(known.standardError, errors[i]!) });
  });
  return groups;
}

/** The mean of consecutive intervals, weighted by their length. */
export function meanOf(profiles: readonly DecodedProfile[], group: string): Estimate {
  const all = profiles.reduce((sum, { durationNano }) => sum + Number(durationNano), 0);
  let tasks = 0;
  let variance = 0;
  for (const profile of profiles) {
    const share = Number(profile.durationNano) / all;
    const estimate = estimatesOf(profile).get(group) ?? { tasks: 0, standardError: 0 };
    tasks += share * estimate.tasks;
    variance += (share * estimate.standardError) ** 2;
  }
  return { tasks, standardError: Math.sqrt(variance) };
}

/** The mean number of waiters by group, as the service counted them between two moments. */
export function truthOf(reports: readonly WaitersReport[], fromMillis: number, toMillis: number): Map<string, number> {
  const from = secondsAt(reports, fromMillis);
  const to = secondsAt(reports, toMillis);
  return new Map(
    [...to].map(([group, seconds]) => [group, ((seconds - (from.get(group) ?? 0)) * 1_000) / (toMillis - fromMillis)]),
  );
}

/** When a profile's interval began and ended, Unix milliseconds. */
export function spanOf({ timeUnixNano, durationNano }: DecodedProfile): [number, number] {
  return [Number(timeUnixNano) / 1e6, Number(timeUnixNano + durationNano) / 1e6];
}

/** Cumulative waiting seconds by group, between the reports around a moment. */
function secondsAt(reports: readonly WaitersReport[], unixMillis: number): Map<string, number> {
  const next = reports.findIndex(({ timeUnixMillis }) => timeUnixMillis >= unixMillis);
  const [before, after] = [reports[next - 1], reports[next]];
  if (before === undefined || after === undefined) throw new Error(`no reports around ${unixMillis}`);
  const part = (unixMillis - before.timeUnixMillis) / (after.timeUnixMillis - before.timeUnixMillis);
  const waited = new Map(before.sites.map(({ route, kind, waitSeconds }) => [`${route} ${kind}`, waitSeconds]));
  return new Map(
    after.sites.map(({ route, kind, waitSeconds }) => {
      const earlier = waited.get(`${route} ${kind}`) ?? 0;
      return [`${route} ${kind}`, earlier + part * (waitSeconds - earlier)];
    }),
  );
}
