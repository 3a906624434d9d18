import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { SpanReference } from '../../src/base/types.ts';
import type { Attributes, ProfilesData } from '../../src/profile/model.ts';
import { end, keep } from './processes.ts';
import type { Runtime } from './runtimes.ts';

/** What the service knows of itself. */
export interface Truth {
  /** What its profiler handed to its exporter, in order. */
  readonly exported: readonly ProfilesData[];
  /** The requests that waited: so many tasks, with these labels, in this span. */
  readonly held: readonly { readonly tasks: number; readonly labels: Attributes; readonly span: SpanReference }[];
  /** Which of `exported` is of an interval through which they all waited. */
  readonly wholeInterval: number;
}

const EXPORT_INTERVAL_MILLIS = 250;

const REQUESTS = [
  { tenant: 'acme', shelves: 7 },
  { tenant: 'acme', shelves: 2 },
  { tenant: 'Bäckerei "Süß" 🍞', shelves: 3 },
];

/** Runs the service from its start to its end, with its telemetry going where `env` says, and gives what it knew. */
export async function runService(runtime: Runtime, env: Readonly<Record<string, string>>): Promise<Truth> {
  const child = keep(
    spawn(runtime.node, [runtime.app], {
      env: { ...withoutTelemetry(), ...SERVICE, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    }),
  );
  const stderr = text(child.stderr!);
  const failed = once(child, 'exit').then(async () => {
    throw new Error(`the service ended:\n${await stderr}`);
  });
  const steps = async (): Promise<Truth> => {
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    await waitThroughAnInterval(`http://127.0.0.1:${port}`);
    const told = once(child, 'message') as Promise<[Truth]>;
    child.kill('SIGTERM');
    return (await told)[0];
  };
  const truth = await Promise.race([steps(), failed]);
  failed.catch(() => {});
  const [ended, complaints] = [await end(child), await stderr];
  if (ended !== 0 || complaints !== '') throw new Error(`the service ended with ${ended}:\n${complaints}`);
  return truth;
}

async function waitThroughAnInterval(url: string): Promise<void> {
  const requests = REQUESTS.map(({ tenant, shelves }) =>
    fetch(`${url}/stock?tenant=${encodeURIComponent(tenant)}&shelves=${shelves}`),
  );
  await fetch(`${url}/settled?requests=${requests.length}`);
  await fetch(`${url}/release`);
  await Promise.all(requests);
}

const SERVICE = {
  OTEL_SERVICE_NAME: 'shop',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=%C3%89quipe%20%22A%22',
  // No detectors that look for a cloud on the network.
  OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_TASKPROF_SAMPLING: 'all',
  OTEL_TASKPROF_EXPORT_INTERVAL: String(EXPORT_INTERVAL_MILLIS),
};

function withoutTelemetry(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_|npm_)/.test(name)));
}
