import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { setImmediate as immediate } from 'node:timers/promises';
import { fixture } from './child.ts';
import { COMMAND } from './entry-points.ts';

/** What the command wrote and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly bytes: Uint8Array;
  readonly stderr: string;
  readonly exitCode: number | null;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
}

/** Runs the command until it ends, without what the environment says about Node, colours and tokens. */
export async function taskprof(args: readonly string[], { env, stdin }: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...plainEnvironment(), ...env } });
  child.stdin.on('error', () => undefined).end(stdin);
  const [bytes, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout: bytes.toString(), bytes, stderr, exitCode: child.exitCode };
}

export function plainEnvironment(): NodeJS.ProcessEnv {
  const others = /^(NODE_(?!V8_COVERAGE)|OTEL_|TASKPROF_)|^(NO_COLOR|FORCE_COLOR|COLORTERM|CI|TMUX)$/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.test(name))),
    TERM: 'xterm-256color',
  };
}

/** Whether there is a Python to make pseudo terminals with. */
export const hasTerminals: boolean = spawnSync('python3', ['-c', 'import pty']).status === 0;

/** The command on a pseudo terminal of 24 rows and 100 columns. */
export class TerminalRun {
  readonly #child: ReturnType<typeof spawn>;
  #shown = '';
  #told = '';
  readonly #closed: Promise<unknown>;
  #onChange: () => void = () => undefined;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const terminal = fixture('cli/terminal.py');
    this.#child = spawn('python3', [terminal, process.execPath, COMMAND, ...args], {
      env: { ...plainEnvironment(), ...env },
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout!.setEncoding('utf8').on('data', (data: string) => {
      this.#shown += data;
      this.#onChange();
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (data: string) => {
      this.#told += data;
      this.#onChange();
    });
    void this.#closed.then(() => this.#onChange());
  }

  /** All that was written to the terminal, control sequences included. */
  get raw(): string {
    return this.#shown;
  }

  /** The lines of the last screen that has come as a whole, without colours. */
  get screen(): string[] {
    const last = this.#shown.split('\x1b[H').findLast((one) => one.includes('\x1b[J')) ?? '';
    return last
      .replace(/\x1b\[[?0-9;]*[A-Za-z]/g, '')
      .split(/\r+\n/)
      .map((line) => line.trimEnd());
  }

  /** Resolves when a line of the screen matches, with the screen. */
  async shows(pattern: RegExp): Promise<string[]> {
    await this.#until(
      () => this.screen.some((line) => pattern.test(line)),
      () => `no line ${String(pattern)}`,
    );
    return this.screen;
  }

  /** Resolves when the last of `sequences` was written, behind the others. */
  async writes(...sequences: readonly string[]): Promise<void> {
    const holds = (): boolean => {
      let at = 0;
      for (const sequence of sequences) {
        at = this.#shown.indexOf(sequence, at);
        if (at < 0) return false;
      }
      return true;
    };
    await this.#until(holds, () => `no ${JSON.stringify(sequences)}`);
  }

  press(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.#pid(), signal);
  }

  /** Resolves when it is stopped: a SIGCONT ahead of that would be lost. */
  async isStopped(): Promise<void> {
    const pid = String(await this.#pid());
    while (!spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.startsWith('T')) await immediate();
  }

  async #pid(): Promise<number> {
    await this.#until(
      () => /pid \d+\n/.test(this.#told),
      () => 'no pid',
    );
    return Number(/pid (\d+)/.exec(this.#told)![1]);
  }

  /** Ends it where a test did not come that far. The command goes with its terminal. */
  dispose(): void {
    this.#child.kill('SIGKILL');
  }

  /** How it ended: its exit code, or minus the number of the signal, and whether the terminal is as it was. */
  async end(): Promise<{ exit: number; isRestored: boolean }> {
    await this.#closed;
    const exit = Number(/exit (-?\d+)/.exec(this.#told)?.[1]);
    return { exit, isRestored: this.#told.includes('terminal restored') && this.#isLeft() };
  }

  /** The alternate screen and the hidden cursor, as often undone as done. */
  #isLeft(): boolean {
    return (
      this.#count('\x1b[?1049h') === this.#count('\x1b[?1049l') && this.#count('\x1b[?25l') === this.#count('\x1b[?25h')
    );
  }

  #count(sequence: string): number {
    return this.#shown.split(sequence).length - 1;
  }

  async #until(holds: () => boolean, problem: () => string): Promise<void> {
    while (!holds()) {
      if (this.#child.exitCode !== null) throw new Error(`${problem()}; ended with ${this.#told}\n${this.#shown}`);
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    }
  }
}
