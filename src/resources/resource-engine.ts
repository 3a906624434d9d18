import { context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { isStackOverflow } from '../base/errors.ts';
import { takeAll, tellEnd } from '../base/faults.ts';
import { isOwnWork, markOwnWork } from '../base/own-context.ts';
import { nextTurn } from '../base/own-timers.ts';
import { type Random, geometricGap } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import { captureRawStack } from '../capture/call-sites.ts';
import { SamplingProbability } from '../capture/sampling-probability.ts';
import { StackKeeper } from '../capture/stack-keeper.ts';
import { TaskContextReader } from '../capture/task-context.ts';
import type { TaskLabelConfig } from '../config/labels.ts';
import { PendingResources } from './pending-resources.ts';
import { type ResourceHook, type ResourceObserver, installResourceHook } from './resource-hook.ts';
import { type ResourceOrigin, ResourceRecord } from './resource-record.ts';
import { EXTRA_DEPTH, ResourceResolver } from './resource-resolver.ts';
import { ResourceTable } from './resource-table.ts';
import { WindowTimer } from '../capture/window-timer.ts';

/** What the engine is made with: complete and checked. */
export interface ResourceEngineOptions {
  readonly sampling: 'adaptive' | 'all' | number;
  readonly maxResources: number;
  readonly overheadBudget: number;
  readonly maxStackDepth: number;
  readonly labels: TaskLabelConfig;
  readonly random: Random;
}

/** What it did since it was started. */
export interface ResourceCounts {
  /** Stacks captured. */
  readonly captures: number;
  /** Resources in the table, those that ended since it was looked through included. */
  readonly tracked: number;
  /** Live resources given up because there were too many. */
  readonly droppedResources: number;
  /** Main-thread time of captures, resolution and sweeps. */
  readonly spentMillis: number;
  /** Resources that the application left no stack for, in a recursion without end. */
  readonly missedEvents: number;
  /** Faults in a hook; the first ends the engine. */
  readonly faults: number;
}

/** Raw stacks hold functions and receivers: with more of them they are resolved at once. */
const MAX_PENDING = 256;

/** Longest stretch of resolution between two turns of the event loop. */
const SLICE_MILLIS = 1;

/** What a resource is accounted at the most: clocks also measure that another process had the core. */
const MAX_EVENT_MILLIS = 0.1;

/**
 * Knows the live resources (timers, requests, sockets, file operations) that were made since its own making: a sampled share of
 * them, each chosen for itself, with the stack that made it. How and why: docs/architecture.md.
 */
export class ResourceEngine implements ResourceObserver {
  readonly #random: Random;
  readonly #captureDepth: number;
  readonly #contexts: TaskContextReader;
  readonly #keeper = new StackKeeper();
  readonly #probability: SamplingProbability;
  readonly #table: ResourceTable;
  readonly #pending: PendingResources;
  readonly #hook: ResourceHook;
  /** What Node calls is gone then, also where `stop` fails. Idempotent. */
  readonly removeHook: () => void;
  readonly #unmarkOwnWork: () => void;
  readonly #window: WindowTimer;
  /** What the next chosen event was drawn with. */
  #drawnProbability = 1;
  #running = true;
  #scheduled = false;
  #captures = 0;
  #missedEvents = 0;
  #faults = 0;

  /** Installs the hooks. */
  constructor(options: ResourceEngineOptions) {
    const { random, maxResources, maxStackDepth } = options;
    this.#random = random;
    this.#captureDepth = maxStackDepth + EXTRA_DEPTH;
    this.#contexts = new TaskContextReader(options.labels);
    this.#probability = new SamplingProbability(options.sampling, options.overheadBudget);
    this.#table = new ResourceTable(maxResources, random, () => this.#probability.halveRoom());
    const resolver = new ResourceResolver(this.#keeper, maxStackDepth, (asyncId) => this.#table.get(asyncId));
    this.#pending = new PendingResources(this.#table, resolver);
    this.#window = new WindowTimer(() => this.#guard(() => this.#onWindow()));
    this.#unmarkOwnWork = markOwnWork();
    try {
      this.#hook = installResourceHook(this);
      this.removeHook = this.#hook.remove;
    } catch (thrown) {
      this.#unmarkOwnWork();
      this.#window.stop();
      throw thrown;
    }
  }

  /** False after `stop()` and after a fault. */
  get running(): boolean {
    return this.#running;
  }

  get counts(): ResourceCounts {
    return {
      captures: this.#captures,
      tracked: this.#table.size,
      droppedResources: this.#table.thinned,
      spentMillis: this.#probability.governor.totalSpentMillis,
      missedEvents: this.#missedEvents,
      faults: this.#faults,
    };
  }

  /** Probability with which a resource that is made now is chosen. */
  get samplingProbability(): number {
    return this.#probability.value;
  }

  /** Whether every resource that was made since the start, and has not ended, is known. */
  get isExact(): boolean {
    return this.#running && this.#probability.isExact && this.#missedEvents === 0 && !this.#keeper.frames.isFull;
  }

  /** The sampled resources that have not ended, oldest first. 0.1 us for each in the table, and what has to be resolved. */
  live(): ResourceRecord[] {
    this.#resolve(Infinity);
    this.#sweep();
    return [...this.#table.records];
  }

  /** The frames of a resource's stack, leaf first; equal frames are the same object. */
  framesOf({ stack }: { readonly stack: number }): CodeFrame[] {
    return this.#keeper.framesOf(stack);
  }

  /** All that are known. */
  get frames(): Iterable<CodeFrame> {
    return this.#keeper.frames.all;
  }

  /** Idempotent. Removes the hooks and lets go of everything. */
  stop(): void {
    this.#running = false;
    takeAll('the stop met an error', [
      this.removeHook,
      this.#unmarkOwnWork,
      () => this.#window.stop(),
      () => this.#pending.clear(),
      () => this.#table.clear(),
    ]);
  }

  drawGap(): number {
    this.#drawnProbability = this.samplingProbability;
    return geometricGap(this.#random, this.#drawnProbability);
  }

  onChosen(origin: ResourceOrigin, below: (...args: never) => unknown): void {
    if (!this.#running || isOwnWork()) return;
    const startedAt = nowMillis();
    const pending = this.#pending.size;
    const taskContext = this.#contexts.read(context.active());
    if (taskContext === undefined) return;
    if (pending >= MAX_PENDING) this.#pending.resolve(Infinity);
    const record = new ResourceRecord(origin, startedAt, taskContext, ++this.#captures, this.#drawnProbability);
    captureRawStack(record.raw!, this.#captureDepth, below);
    this.#table.add(record);
    this.#pending.add(record);
    this.#scheduleResolution();
    this.#spend(nowMillis() - startedAt, 1 + pending - Math.min(this.#pending.size, pending));
  }

  /** The application may use up the stack and go on: of an event for which none is left nothing is known. */
  onFault(fault: unknown): void {
    if (isStackOverflow(fault)) this.#missedEvents++;
    else this.#fail(fault);
  }

  #resolve(budgetMillis: number): boolean {
    let done = true;
    this.#timed(() => {
      done = this.#pending.resolve(budgetMillis);
      if (this.#keeper.wantsCompaction) this.#keeper.compact([...this.#table.records]);
    });
    return done;
  }

  #sweep(): void {
    this.#timed(() => this.#table.sweep());
  }

  #guard(part: () => void): void {
    try {
      part();
    } catch (fault) {
      this.onFault(fault);
    }
  }

  #timed(part: () => void): void {
    const startedAt = nowMillis();
    const before = this.#pending.size + this.#table.size;
    this.#guard(() => {
      this.#hook.tellFault();
      part();
    });
    this.#spend(nowMillis() - startedAt, 1 + before - this.#pending.size - this.#table.size);
  }

  #spend(millis: number, events: number): void {
    if (this.#probability.spend(Math.min(millis, events * MAX_EVENT_MILLIS))) this.#hook.redraw();
  }

  #scheduleResolution(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not referenced: a timer that is set in a beforeExit handler would revive the loop for good.
    nextTurn(() => this.#guard(() => this.#onTurn())).unref();
  }

  #onTurn(): void {
    this.#scheduled = false;
    if (!this.#running) return;
    if (!this.#resolve(SLICE_MILLIS)) this.#scheduleResolution();
    this.#runWindow();
  }

  #runWindow(): void {
    if (!this.#probability.isSettled) this.#window.run();
  }

  #onWindow(): void {
    if (this.#probability.isCrowded && !this.#table.hasAmpleRoom) this.#sweep();
    this.#probability.endWindow(this.#table.hasAmpleRoom);
    this.#hook.redraw();
    this.#runWindow();
  }

  #fail(fault: unknown): void {
    if (!this.#running) return;
    this.#faults++;
    this.#running = false;
    // In a turn of its own: what the application's logger does or throws has no place inside of a hook.
    nextTurn(() => this.#end(fault));
  }

  #end(fault: unknown): void {
    this.stop();
    tellEnd('the profile of resources is switched off', fault);
  }
}
