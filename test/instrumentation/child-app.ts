import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildApp {
  /** File name in `apps/`, or an absolute path. */
  readonly app: string;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where bare names of `nodeOptions` (`--import otel-taskprof/register`) are resolved from; default the project. */
  readonly cwd?: string;
  /** Sent to the process when it has printed `ready`. */
  readonly signal?: NodeJS.Signals;
  /** When its standard input ends, which it may wait for; default at once. */
  readonly inputEnds?: Promise<unknown>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export const appFile = (name: string): string => fileURLToPath(new URL(`apps/${name}`, import.meta.url));

/** Runs an application with telemetry going to `endpoint` until it ends. Nothing of this process's environment that OpenTelemetry or Node reads goes with it. */
export async function runApp(
  endpoint: string,
  { app, nodeOptions = [], env = {}, cwd = PROJECT, signal, inputEnds }: ChildApp,
): Promise<Ended> {
  const file = app.startsWith('/') ? app : appFile(app);
  const child = spawn(process.execPath, [...nodeOptions, file], {
    cwd,
    env: { ...inherited(), ...TELEMETRY, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  void Promise.resolve(inputEnds).then(() => child.stdin.end());
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    const wasReady = stdout.includes('ready\n');
    stdout += chunk.toString();
    if (signal && !wasReady && stdout.includes('ready\n')) child.kill(signal);
  });
  const [code, endSignal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal: endSignal, stdout, stderr };
}

/** JSON because that is what the receiver reads; no detectors that look for a cloud on the network. */
const TELEMETRY = {
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
  OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http',
  // The start of a process is a burst, after which adaptive sampling sees little for a while.
  OTEL_TASKPROF_SAMPLING: 'all',
};

function inherited(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => !/^(OTEL_|NODE_|npm_)/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
