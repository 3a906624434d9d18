import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { groupOf } from './targets.ts';
import type { Target } from './targets/target.ts';

const MAIN = fileURLToPath(new URL('guided/main.mjs', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/fuzz/', import.meta.url));

/** libFuzzer's own figures: edges of the code, and edges with how often they are passed. */
export interface Coverage {
  readonly edges: number;
  readonly features: number;
}

export interface Guided {
  readonly inputs: number;
  readonly taken: number;
  readonly growthBytes: number;
  /** Of the corpus that is there at the begin. */
  readonly before: Coverage;
  readonly after: Coverage;
}

/** Why a target was left, with what libFuzzer said. */
export class Finding extends Error {
  override readonly name = 'Finding';
  /** The file with the input; undefined where there was none. */
  readonly path: string | undefined;

  constructor(report: string, path: string | undefined) {
    super(report);
    this.path = path;
  }
}

/** Gives a target so many inputs that reach ever more of its code, in a process of its own. Rejects with a {@link Finding}. */
export async function fuzzGuided(
  target: Target,
  inputs: number,
  seed: number,
  onProgress: (inputs: number) => void,
): Promise<Guided> {
  const { name } = target;
  const folder = CACHE + name.replaceAll(/\W+/g, '-');
  const order = { group: groupOf(target), name, inputs, seed, folder };
  const startedAt = Date.now();
  const flags = ['--expose-gc', '--no-warnings'];
  const child = spawn(process.execPath, [...flags, MAIN, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let sent: Pick<Guided, 'inputs' | 'taken' | 'growthBytes'> | undefined;
  child.on('message', (message) => (sent = message as typeof sent));
  const log = new Log();
  createInterface({ input: child.stderr! }).on('line', (line) => {
    const done = log.add(line);
    if (done !== undefined) onProgress(done);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || sent === undefined) throw new Finding(log.report(), writtenTo(`${folder}/findings/`, startedAt));
  return { ...sent, before: log.before, after: log.after };
}

/** The input of a finding: libFuzzer does not tell in every case where it is. */
function writtenTo(folder: string, startedAt: number): string | undefined {
  const paths = existsSync(folder) ? readdirSync(folder).map((name) => folder + name) : [];
  // Also it leaves inputs there that only took long.
  return paths.find((path) => !path.includes('slow-unit') && statSync(path).mtimeMs >= startedAt);
}

const NONE: Coverage = { edges: 0, features: 0 };

/** What libFuzzer says while it runs. */
class Log {
  before = NONE;
  after = NONE;
  readonly #others: string[] = [];

  /** How many inputs there were, where the line tells it. */
  add(line: string): number | undefined {
    const [, inputs, event, edges, features] = /^#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+)/.exec(line) ?? [];
    if (inputs === undefined) {
      this.#others.push(line);
      return undefined;
    }
    this.after = { edges: Number(edges), features: Number(features) };
    if (event === 'INITED' || this.before === NONE) this.before = this.after;
    return Number(inputs);
  }

  report(): string {
    return this.#others.filter((line) => !/^(INFO|Dictionary|Skip|Done|MS:|0x|Base64)/.test(line)).join('\n');
  }
}
