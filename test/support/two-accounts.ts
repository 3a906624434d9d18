import { inspect } from 'node:util';
import { DEFAULT_TASK_LABEL_CONFIG } from '../../src/config/labels.ts';
import type { Random } from '../../src/base/random.ts';
import { FollowEngine } from '../../src/follow/follow-engine.ts';
import type { KnownPark } from '../../src/follow/known-park.ts';
import { RowReader } from '../../src/follow/row-reader.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { RowShape } from '../../src/follow/row-layout.ts';
import { Verdicts } from '../../src/follow/verdicts.ts';
import { framePlace } from './frames.ts';

const MAX_STACK_DEPTH = 64;

/** Tasks at one await, as captures and as walks count them. */
export interface Disagreement {
  readonly at: string;
  readonly captured: number;
  readonly walked: number;
}

/** Why a walk comes back empty. */
export type Reason = 'settled' | 'shared' | 'nobody awaits' | 'unexplained';

/** What the two accounts say of one moment. */
export interface Accounts {
  /** Tasks by captures, of all rows. */
  readonly tasks: number;
  readonly disagreements: readonly Disagreement[];
  /** Rows of which walks know only that they wait. */
  readonly unknown: Readonly<Record<Reason, number>>;
}

type Position = Pick<KnownPark, 'stack' | 'operationFrames'>;

/** An engine that follows and captures everything: what walks alone say of its rows is held against what captures said. */
export class TwoAccounts {
  readonly engine: FollowEngine;
  readonly #untaught: RowReader;
  readonly #taught: RowReader;
  readonly #taughtAt = new Map<number, number>();

  constructor(random: Random) {
    const engine = startEngine({
      sampling: 'all',
      maxTasks: Infinity,
      overheadBudget: 0.01,
      maxStackDepth: MAX_STACK_DEPTH,
      strongMillis: 1e9,
      stuckMillis: Infinity,
      labels: DEFAULT_TASK_LABEL_CONFIG,
      random,
    });
    if (!(engine instanceof FollowEngine)) throw new Error('stacks cannot be walked in this process');
    this.engine = engine;
    this.#untaught = this.#newReader();
    this.#taught = this.#newReader();
  }

  stop(): void {
    this.engine.stop();
  }

  /** By walks that nothing was learned for. In a turn of its own. */
  untaught(): Accounts {
    return this.#account(this.#untaught);
  }

  /** By walks after the captures have taught, each once. In a turn of its own, of which no reaction jobs are left. */
  taught(): Accounts {
    const { registry } = this.engine;
    this.#settle();
    const fresh = [...registry.byAge()].filter((row) => this.#taughtAt.get(row) !== registry.madeAt(row));
    for (const row of fresh) this.#taughtAt.set(row, registry.madeAt(row));
    this.#taught.learn(fresh);
    return this.#account(this.#taught);
  }

  /** By walks after the captures of the very rows that are parked now have taught. In such a turn too. */
  taughtByThese(): Accounts {
    this.#settle();
    const reader = this.#newReader();
    reader.learn([...this.engine.registry.byAge()]);
    return this.#account(reader);
  }

  #settle(): void {
    // Resolves what was captured.
    this.engine.sample({ ...EVERYTHING, maxTasks: 0 });
    this.engine.registry.check();
  }

  #newReader(): RowReader {
    const { registry, walker, keeper, contexts } = this.engine;
    return new RowReader(registry, walker, new Verdicts(keeper), contexts, MAX_STACK_DEPTH);
  }

  #account(reader: RowReader): Accounts {
    const { registry } = this.engine;
    this.#settle();
    const rows = [...registry.byAge()];
    const parks = reader.read(rows, true);
    const captured = new Map<string, number>();
    const walked = new Map<string, number>();
    const unknown: Record<Reason, number> = { settled: 0, shared: 0, 'nobody awaits': 0, unexplained: 0 };
    const waiters = countOf(rows.map((row) => registry.awaited(row)));
    let tasks = 0;
    rows.forEach((row, i) => {
      const park = parks[i]!;
      const known = registry.known(row);
      const isTask = known?.verdict === 'task';
      if (isTask) tasks++;
      if (park.verdict === 'unknown') unknown[this.#reason(row, isTask, waiters)]++;
      else {
        if (isTask) this.#count(captured, known, 1);
        if (park.verdict === 'task') this.#count(walked, park, park.share);
      }
    });
    return { tasks, unknown, disagreements: disagreements(captured, walked) };
  }

  #reason(row: number, isTask: boolean, waiters: ReadonlyMap<object | undefined, number>): Reason {
    const { registry } = this.engine;
    const awaited = registry.awaited(row);
    if (!inspect(awaited, { depth: 0, customInspect: false }).includes('<pending>')) return 'settled';
    if (waiters.get(awaited)! > 1) return 'shared';
    return !isTask && registry.shape(row) === RowShape.leaf ? 'nobody awaits' : 'unexplained';
  }

  #count(counts: Map<string, number>, { stack, operationFrames }: Position, tasks: number): void {
    const frame = this.engine.keeper.framesOf(stack)[operationFrames];
    // The column is another: of what is awaited in a capture, of the await itself in a walk.
    const at = frame === undefined ? '?' : `${frame.functionName || '<anonymous>'} (${framePlace(frame)})`;
    counts.set(at, (counts.get(at) ?? 0) + tasks);
  }
}

const EVERYTHING = { minWaitMillis: 0, wanted: undefined, matches: undefined, pinned: undefined } as const;

function countOf<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function disagreements(captured: ReadonlyMap<string, number>, walked: ReadonlyMap<string, number>): Disagreement[] {
  return [...new Set([...captured.keys(), ...walked.keys()])]
    .map((at) => ({ at, captured: captured.get(at) ?? 0, walked: walked.get(at) ?? 0 }))
    .filter((counts) => Math.abs(counts.captured - counts.walked) > 1e-6);
}
