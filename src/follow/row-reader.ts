import { isOwnContext } from '../base/own-context.ts';
import { FrameKind } from '../capture/frame-kind.ts';
import { LateContext } from '../capture/late-context.ts';
import type { ContextFilter } from '../capture/context-filter.ts';
import { EMPTY_TASK_CONTEXT, type TaskContext, type TaskContextReader } from '../capture/task-context.ts';
import type { AwaiterWalker, WalkedStack } from './awaiter-walker.ts';
import { KnownPark } from './known-park.ts';
import { NONE, RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';
import { ParkKind, type Verdicts } from './verdicts.ts';

/** Rows that are looked at, and what of theirs has to be walked. */
export interface ReadPlan {
  readonly rows: readonly number[];
  readonly parks: readonly KnownPark[];
  /** The rows whose promises are to be walked, and these. */
  readonly walkable: readonly number[];
  readonly promises: readonly object[];
}

/** Where a row was found. */
interface Sight {
  /** One of `ParkKind`. */
  readonly kind: number;
  readonly walked: WalkedStack;
}

/** Finds out what rows stand for: from their captures, else by walks. */
export class RowReader {
  readonly #registry: TaskRegistry;
  readonly #walker: AwaiterWalker;
  readonly #verdicts: Verdicts;
  readonly #contexts: TaskContextReader;
  readonly #maxDepth: number;

  constructor(
    registry: TaskRegistry,
    walker: AwaiterWalker,
    verdicts: Verdicts,
    contexts: TaskContextReader,
    maxDepth: number,
  ) {
    this.#registry = registry;
    this.#walker = walker;
    this.#verdicts = verdicts;
    this.#contexts = contexts;
    this.#maxDepth = maxDepth;
  }

  /** What has to be walked to know what these live rows are: a walk for each that was not captured. */
  plan(rows: readonly number[], ignoreCaptures = false): ReadPlan {
    const parks = rows.map((row) => this.#begin(row, ignoreCaptures));
    const wanted = new Set<number>();
    rows.forEach((row, i) => {
      if (parks[i]!.verdict !== 'unknown') return;
      for (const key of this.#keyRows(row)) wanted.add(key);
    });
    return { rows, parks, ...this.#walkable([...wanted]) };
  }

  /** What they are, in the same order. `stacks`: of the plan's promises. Some joints need another walk. */
  finish({ rows, parks, walkable }: ReadPlan, stacks: readonly WalkedStack[]): readonly KnownPark[] {
    const walked = new Map(walkable.map((row, i) => [row, stacks[i]!]));
    const open = rows.map((_row, i) => i).filter((i) => parks[i]!.verdict === 'unknown');
    const sights = this.#look(
      open.map((i) => rows[i]!),
      walked,
    );
    open.forEach((i, at) => this.#decide(rows[i]!, parks[i]!, sights[at]));
    return parks;
  }

  /** Both at once. */
  read(rows: readonly number[], ignoreCaptures = false): readonly KnownPark[] {
    const plan = this.plan(rows, ignoreCaptures);
    return this.finish(plan, this.#walker.walkAll(plan.promises));
  }

  /** Teaches what captured rows turned out to be. */
  learn(rows: readonly number[]): void {
    const registry = this.#registry;
    const captured = rows.filter(
      (row) => registry.known(row)?.record !== undefined && registry.shape(row) !== RowShape.link,
    );
    const sights = this.#look(captured, this.#walkRows(captured.flatMap((row) => this.#keyRows(row))));
    captured.forEach((row, i) => {
      const sight = sights[i];
      const { record, verdict } = registry.known(row)!;
      if (sight !== undefined && record !== undefined && verdict !== 'unknown') {
        this.#verdicts.learn(sight.kind, sight.walked.stack, record, verdict === 'task');
      }
    });
  }

  /** Whether nobody can be found who waits: several do, or it is settled. */
  areEmpty(rows: readonly number[]): boolean[] {
    const walked = this.#walkRows(rows);
    return rows.map((row) => (walked.get(row)?.stack ?? 0) === 0);
  }

  /** A park of which nothing is known yet but the context. */
  parkOf(row: number): KnownPark {
    const context = this.#registry.contextOf(row);
    return new KnownPark(
      context === undefined || isOwnContext(context) ? undefined : new LateContext(this.#contexts, context),
    );
  }

  /** The span and the labels of a row, as they are now; undefined in the profiler's own tasks. */
  contextAt(row: number): TaskContext | undefined {
    const context = this.#registry.contextOf(row);
    return context === undefined ? this.#registry.known(row)?.context : this.#contexts.read(context);
  }

  /** Whether a row has the trace and the labels that are wanted, as it is now. */
  isIn(row: number, filter: ContextFilter): boolean {
    const active = this.#registry.contextOf(row);
    if (active !== undefined) return filter.acceptsActive(active, this.#contexts);
    return filter.accepts(this.#registry.known(row)?.context ?? EMPTY_TASK_CONTEXT);
  }

  #begin(row: number, ignoreCaptures: boolean): KnownPark {
    const registry = this.#registry;
    const known = registry.known(row);
    if (known !== undefined && known.verdict !== 'unknown' && !(ignoreCaptures && known.record !== undefined)) {
      return known;
    }
    const park = known?.anew() ?? this.parkOf(row);
    // The wrapper of a value is a link only after the await of it; nothing of ours is a task.
    if (registry.shape(row) === RowShape.link || park.isOwn) {
      park.verdict = 'none';
      park.isSure = true;
    }
    return park;
  }

  /** The rows whose walks tell what this one is. */
  #keyRows(row: number): number[] {
    const inner = this.#innerKey(row);
    if (this.#registry.shape(row) === RowShape.joint) return [inner];
    return this.#isDoubtful(inner) ? [row, inner] : [row];
  }

  /** What a row waits for, below the links; NONE where there is nothing. */
  #innerKey(row: number): number {
    const registry = this.#registry;
    let key = registry.inner(row);
    while (key !== NONE && registry.shape(key) === RowShape.link) {
      const inner = registry.inner(key);
      if (inner === NONE) break;
      key = inner;
    }
    return key;
  }

  /** Whether a leaf with this key may be a call all the same. */
  #isDoubtful(innerKey: number): boolean {
    return innerKey !== NONE && this.#registry.shape(innerKey) !== RowShape.link;
  }

  #walkRows(rows: readonly number[]): Map<number, WalkedStack> {
    const { walkable, promises } = this.#walkable(rows);
    const stacks = this.#walker.walkAll(promises);
    return new Map(walkable.map((row, i) => [row, stacks[i]!]));
  }

  #walkable(rows: readonly number[]): { walkable: number[]; promises: object[] } {
    const walkable: number[] = [];
    const promises: object[] = [];
    for (const row of rows) {
      const promise = row === NONE ? undefined : this.#registry.promise(row);
      if (promise === undefined) continue;
      walkable.push(row);
      promises.push(promise);
    }
    return { walkable, promises };
  }

  /** Where rows were found, whose key rows were walked; undefined where nobody could be. */
  #look(rows: readonly number[], walked: ReadonlyMap<number, WalkedStack>): readonly (Sight | undefined)[] {
    const sights = rows.map((row) => this.#sightOf(row, walked));
    const again = rows.filter((row, i) => sights[i] === undefined && this.#hasInner(row));
    if (again.length === 0) return sights;
    const own = this.#walkRows(again);
    return rows.map((row, i) => sights[i] ?? ownSight(own.get(row), walked.get(this.#innerKey(row))));
  }

  #hasInner(row: number): boolean {
    return this.#registry.shape(row) === RowShape.joint && this.#registry.inner(row) !== NONE;
  }

  /** Where a row was found by the walks of its key rows; undefined where these tell nothing of it. */
  #sightOf(row: number, walkedRows: ReadonlyMap<number, WalkedStack>): Sight | undefined {
    const registry = this.#registry;
    const key = this.#innerKey(row);
    const inner = key === NONE ? undefined : (walkedRows.get(key) ?? agedWalk(registry.known(key)?.walked));
    const overInner =
      inner === undefined || inner.stack === 0 || (inner.topKind & FrameKind.builtin) !== 0
        ? undefined
        : { kind: registry.shape(key) === RowShape.joint ? ParkKind.overJoint : ParkKind.overLeaf, walked: inner };
    if (registry.shape(row) === RowShape.joint) return overInner;
    const walked = walkedRows.get(row);
    if (walked === undefined || walked.stack === 0) return undefined;
    const isCall =
      overInner !== undefined && this.#isDoubtful(key) && this.#walker.isCalledBy(overInner.walked, walked);
    return isCall ? overInner : { kind: ParkKind.leaf, walked };
  }

  #decide(row: number, park: KnownPark, sight: Sight | undefined): void {
    if (sight === undefined) {
      if (this.#registry.shape(row) !== RowShape.joint) return;
      park.verdict = 'none';
      // What it waits for runs at this very moment, or is not followed.
      park.isSure = !this.#hasInner(row);
      return;
    }
    const { kind, walked } = sight;
    const isOwn = kind === ParkKind.leaf || kind === ParkKind.join;
    if (!isOwn || isOfApplication(walked)) this.#take(park, kind, walked.stack);
    else {
      park.walked = walked.stack;
      park.verdict = 'none';
      park.isSure = true;
    }
  }

  #take(park: KnownPark, kind: number, walked: number): void {
    park.share = this.#verdicts.share(kind, walked);
    park.isSure = this.#verdicts.isSure(kind, walked);
    park.verdict = park.share === 0 ? 'none' : 'task';
    park.walked = walked;
    const { stack, operationFrames } = this.#verdicts.shown(kind, walked, this.#maxDepth);
    park.stack = stack;
    park.operationFrames = operationFrames;
  }
}

/** A joint by its own walk. `key`: the walk of what it waits for, which told nothing, or is of a part of a combinator. */
function ownSight(own: WalkedStack | undefined, key: WalkedStack | undefined): Sight | undefined {
  if (own === undefined || own.stack === 0) return undefined;
  const isJoin = ((key?.topKind ?? 0) & FrameKind.builtin) !== 0;
  return { kind: isJoin ? ParkKind.join : ParkKind.joint, walked: own };
}

/** A walk of earlier, of which only the stack was kept. */
function agedWalk(stack: number | undefined): WalkedStack | undefined {
  return stack === undefined || stack === 0 ? undefined : { stack, topKind: 0, kinds: 0 };
}

function isOfApplication({ topKind, kinds }: WalkedStack): boolean {
  return (topKind & (FrameKind.builtin | FrameKind.loader)) === 0 && (kinds & FrameKind.own) === 0;
}
