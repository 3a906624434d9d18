import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endOf, type Part } from './part.ts';

export interface ServiceProcess extends Part {
  readonly url: string;
}

/** Milliseconds for answering what is under way, and for the last export. */
const STOP_TIMEOUT_MILLIS = 10_000;

/**
 * Starts the service as a user would, in a process of its own: the profile is of the service and of nothing else. It is
 * in a session of its own, so that Ctrl-C does not reach it before the load has stopped. What it
 * prints goes to `say`, line by line. Rejects when it does not listen.
 */
export async function startService(
  env: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--import', pathOf('telemetry.ts'), pathOf('service.ts')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  for (const output of [child.stdout, child.stderr]) if (output) createInterface(output).on('line', say);
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = endOf('The service', child).finally(() => process.removeListener('exit', kill));
  const first = await Promise.race([once(child, 'message') as Promise<[{ port: number }]>, ended]);
  if (first instanceof Error) throw first;
  return {
    url: `http://127.0.0.1:${first[0].port}`,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(kill, STOP_TIMEOUT_MILLIS);
      await ended;
      clearTimeout(late);
    },
  };
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
