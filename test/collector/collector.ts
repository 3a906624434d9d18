import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../examples/demo/free-port.ts';
import { collectorProgram } from './build.ts';
import { keep, stop } from './processes.ts';

/** The folder of the configurations that users copy. */
export const EXAMPLES = fileURLToPath(new URL('../../examples/collector', import.meta.url));

/** Without it the Collector refuses a pipeline of profiles. */
const FEATURE_GATE = '--feature-gates=service.profilesSupport';
const READY = 'Everything is ready';

export interface Collector {
  /** Where it receives OTLP over HTTP and over gRPC. */
  readonly urls: { readonly http: string; readonly grpc: string };
  /** Ends it as its operator would; resolves when it has passed on all that it had. Rejects where it did not end well. */
  stop(): Promise<void>;
}

/** A Collector that writes what it receives into files, which are whole once it has stopped. */
export interface WritingCollector extends Collector {
  /** Each request as protobuf, behind its length. */
  readonly profilesFile: string;
  /** A JSON object a line. */
  readonly tracesFile: string;
}

/** Starts a Collector that writes into `folder`, which it makes; resolves when it receives. */
export async function startWritingCollector(folder: string): Promise<WritingCollector> {
  mkdirSync(folder);
  const files = { profilesFile: join(folder, 'profiles.bin'), tracesFile: join(folder, 'traces.jsonl') };
  return { ...(await start(folder, [written(folder, 'files', writing(files))])), ...files };
}

/** Starts a Collector with a configuration of examples/collector, but on free ports; `folder`, which it makes, is for its settings. */
export async function startExample(
  name: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Collector> {
  mkdirSync(folder);
  return start(folder, [join(EXAMPLES, name)], env);
}

/** What the Collector says against a configuration; '' where it is valid. */
export function validate(configuration: string, gates: readonly string[] = [FEATURE_GATE]): string {
  const { status, stderr } = spawnSync(collectorProgram(), ['validate', '--config', 'env:CONFIGURATION', ...gates], {
    encoding: 'utf8',
    env: { CONFIGURATION: configuration },
  });
  return status === 0 ? '' : stderr;
}

async function start(
  folder: string,
  configs: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Collector> {
  const ports = { http: await freePort(), grpc: await freePort() };
  // Later configurations go over earlier ones.
  const args = [...configs, written(folder, 'ports', listening(ports))].flatMap((file) => ['--config', file]);
  const child = keep(
    spawn(collectorProgram(), [...args, FEATURE_GATE], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  const log: string[] = [];
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      log.push(line);
      if (line.includes(READY)) resolve();
    });
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`the Collector ended:\n${log.join('\n')}`);
  });
  await Promise.race([ready, ended]);
  ended.catch(() => {});
  return {
    urls: { http: `http://127.0.0.1:${ports.http}`, grpc: `http://127.0.0.1:${ports.grpc}` },
    async stop() {
      const end = await stop(child);
      if (end !== 0) throw new Error(`the Collector ended with ${end}:\n${log.join('\n')}`);
    },
  };
}

/** Writes a configuration, as JSON, which is YAML too, and gives the file. */
function written(folder: string, name: string, config: object): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function listening(ports: { readonly http: number; readonly grpc: number }): object {
  const endpoint = (port: number): object => ({ endpoint: `127.0.0.1:${port}` });
  return {
    receivers: { otlp: { protocols: { http: endpoint(ports.http), grpc: endpoint(ports.grpc) } } },
    // Its own metrics would be on a port that is the same for all.
    service: { telemetry: { metrics: { level: 'none' } } },
  };
}

function writing({ profilesFile, tracesFile }: Pick<WritingCollector, 'profilesFile' | 'tracesFile'>): object {
  return {
    exporters: {
      'file/profiles': { path: profilesFile, format: 'proto' },
      'file/traces': { path: tracesFile, format: 'json' },
    },
    service: {
      pipelines: {
        profiles: { receivers: ['otlp'], exporters: ['file/profiles'] },
        traces: { receivers: ['otlp'], exporters: ['file/traces'] },
      },
    },
  };
}
