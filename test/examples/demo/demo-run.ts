import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../examples/demo/main.ts', import.meta.url));

/** A run of the demo with its output in a pipe. */
export class DemoRun {
  readonly #child;
  readonly #ended: Promise<unknown>;
  #printed = '';

  /** Every task is sampled, so that what is printed does not depend on chance. */
  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, OTEL_TASKPROF_SAMPLING: 'all' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => (this.#printed += text));
    }
  }

  get printed(): string {
    return this.#printed;
  }

  /** The groups of `pattern` in what is printed; waits for it. */
  async prints(pattern: RegExp): Promise<string[]> {
    let ended = false;
    for (;;) {
      const found = pattern.exec(this.#printed);
      if (found) return found;
      if (ended) throw new Error(`the demo ended without printing ${String(pattern)}:\n${this.#printed}`);
      ended = await Promise.race([this.#ended.then(() => true), once(this.#child.stdout, 'data').then(() => false)]);
    }
  }

  /** The folder of PostgreSQL, once the load runs. */
  async started(): Promise<string> {
    await this.prints(/Load on/);
    return (await this.prints(/data in (\S+)/))[1]!;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  /** Throws where something of the run is still there: its folder, a process of PostgreSQL, a listener on a port. */
  async leavesNothing(): Promise<void> {
    const folder = /data in (\S+)/.exec(this.#printed)?.[1];
    assert.ok(folder, this.#printed);
    assert.deepEqual(processesOf(folder), []);
    assert.equal(existsSync(folder), false, `${folder} is still there`);
    const ports = [...this.#printed.matchAll(/(?:on port |127\.0\.0\.1:)(\d+)/g)].map((found) => Number(found[1]));
    assert.equal(ports.length, 3, this.#printed);
    for (const port of ports) assert.equal(await listens(port), false, `somebody listens on port ${port}`);
  }
}

/** Command lines with process ids of what runs in `folder`. */
export function processesOf(folder: string): { pid: number; command: string }[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => ({ pid: Number.parseInt(line), command: line.trim().replace(/^\d+ /, '') }));
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
