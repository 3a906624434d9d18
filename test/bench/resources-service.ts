// The service of the benchmark `resources`: callbacks only. Switches the profile of resources on and off in turns, and tells its
// starter what each turn cost.
import { stat } from 'node:fs';
import { Agent, createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_TASK_LABEL_CONFIG } from '../../src/config/labels.ts';
import { ResourceEngine } from '../../src/resources/resource-engine.ts';
import { resolveResourceOptions } from '../../src/config/resource-options.ts';

/** What the service did in one turn. */
export interface ResourceTurn {
  readonly profiled: boolean;
  readonly seconds: number;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Share of the resources that was tracked at its end; 0 where it was off. */
  readonly samplingProbability: number;
  /** Share of one core that the profile of resources accounts to itself. */
  readonly accounted: number;
}

const TURN_MILLIS = 2_000;
/** After a switch: it begins with a credit that is not of interest here. */
const SETTLE_MILLIS = 1_000;

const OPTIONS = {
  ...(resolveResourceOptions(true) as Exclude<ReturnType<typeof resolveResourceOptions>, false>),
  maxStackDepth: 64,
  labels: DEFAULT_TASK_LABEL_CONFIG,
  random: Math.random,
};

const agent = new Agent({ keepAlive: true, maxSockets: 50 });
let latencies: number[] = [];

// What it calls for each request; part of the same process, so that the parent's load is all there is beside it.
const upstream = createServer((_, response) => void setTimeout(() => response.end('{"stock":3}'), 2)).listen(
  0,
  '127.0.0.1',
);

const server = createServer((request, response) => {
  const startedAt = performance.now();
  response.on('finish', () => latencies.push(performance.now() - startedAt));
  const giveUp = setTimeout(() => response.destroy(), 5_000);
  stat(import.meta.filename, (error) => {
    if (error !== null) response.destroy(error);
    else askUpstream(response, () => clearTimeout(giveUp));
  });
});

function askUpstream(response: ServerResponse, done: () => void): void {
  const { port } = upstream.address() as AddressInfo;
  get({ port, agent, host: '127.0.0.1' }, (answer) => {
    answer.on('end', () => {
      done();
      response.end('ok');
    });
    answer.resume();
  });
}

async function turn(profiled: boolean): Promise<ResourceTurn> {
  const engine = profiled ? new ResourceEngine(OPTIONS) : undefined;
  await sleep(SETTLE_MILLIS);
  latencies = [];
  const spentBefore = engine?.counts.spentMillis ?? 0;
  const before = process.cpuUsage();
  await sleep(TURN_MILLIS);
  engine?.live();
  const { user, system } = process.cpuUsage(before);
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  const told = {
    profiled,
    seconds: TURN_MILLIS / 1_000,
    requests: sorted.length,
    cpuMicrosPerRequest: (user + system) / sorted.length,
    p50Millis: at(0.5),
    p99Millis: at(0.99),
    samplingProbability: engine?.samplingProbability ?? 0,
    accounted: ((engine?.counts.spentMillis ?? 0) - spentBefore) / TURN_MILLIS,
  };
  engine?.stop();
  return told;
}

async function turns(): Promise<void> {
  process.send?.({ port: (server.address() as AddressInfo).port });
  for (let profiled = false; process.connected; profiled = !profiled) {
    const told = await turn(profiled);
    // The starter may have gone meanwhile: then there is nobody to tell, and that is no error.
    process.send?.(told, undefined, undefined, () => undefined);
  }
  process.exit();
}

server.listen(0, '127.0.0.1', () => void turns());
