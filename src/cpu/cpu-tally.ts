import type { CodeFrame } from '../base/types.ts';
import { FrameKind, frameKindOf } from '../capture/frame-kind.ts';
import { StackTable } from '../capture/stack-table.ts';
import { EMPTY_TASK_CONTEXT, type TaskContext, type TaskContextReader } from '../capture/task-context.ts';
import { type CpuFrames, frameOf, OWN_NUMBER } from './cpu-frames.ts';
import type { NativeNode, NativeProfile } from './native-profiler.ts';
import type { SampleContext } from './sample-context.ts';

/** Samples of one {stack, labels, span}. */
export interface CpuRow {
  /** Equal for equal stacks of one tally. */
  readonly stackNumber: number;
  /** Leaf first. */
  readonly stack: readonly CodeFrame[];
  readonly context: TaskContext;
  readonly hits: number;
}

/** V8's name for what it finds where nothing runs. */
const IDLE = '(idle)';

/** Some 10 MiB. Samples of a stack beyond that have neither labels nor span. */
const MAX_ROWS = 65_536;

interface GrowingRow {
  readonly stackNumber: number;
  readonly context: TaskContext;
  hits: number;
}

/** Adds up what the native profiler gives in pieces. */
export class CpuTally {
  readonly #reader: TaskContextReader;
  readonly #contextOf: (given: unknown) => SampleContext | undefined;
  readonly #frames: CpuFrames;
  readonly #stacks = new StackTable();
  readonly #rows = new Map<string, GrowingRow>();
  /** Samples that found something running. */
  hits = 0;
  /** Those that found nothing. */
  idleHits = 0;
  /** CPU time of this thread between its first and its last sample; 0 where the system does not tell. */
  cpuNanos = 0;
  /** That of threads without JavaScript: V8's helpers, libuv's pool. */
  otherThreadsNanos = 0;

  constructor(frames: CpuFrames, reader: TaskContextReader, contextOf: (given: unknown) => SampleContext | undefined) {
    this.#frames = frames;
    this.#reader = reader;
    this.#contextOf = contextOf;
  }

  /** Some 1 us for each function in the tree and each sample. */
  add({ topDownRoot, nonJSThreadsCpuTime = 0 }: NativeProfile): void {
    this.otherThreadsNanos += nonJSThreadsCpuTime;
    const waiting = topDownRoot.children.map((node) => ({ node, caller: 0 }));
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node } = next;
      for (const { cpuTime = 0 } of node.contexts ?? []) this.cpuNanos += cpuTime;
      if (node.name === IDLE && node.scriptName === '') {
        this.idleHits += node.hitCount;
        continue;
      }
      const caller = this.#push(next.caller, node);
      if (node.hitCount > 0) this.#addHits(caller, node);
      for (const child of node.children) waiting.push({ node: child, caller });
    }
  }

  rows(): CpuRow[] {
    const { all } = this.#frames;
    const stacks = new Map<number, readonly CodeFrame[]>();
    return Array.from(this.#rows.values(), ({ stackNumber, context, hits }) => {
      let stack = stacks.get(stackNumber);
      if (stack === undefined) {
        const frames = this.#stacks.framesOf(stackNumber).map((number) => all[number]!);
        stacks.set(stackNumber, (stack = Object.freeze(frames)));
      }
      return { stackNumber, stack, context, hits };
    });
  }

  #addHits(stack: number, { hitCount, contexts = [] }: NativeNode): void {
    let unknown = hitCount;
    for (const sample of contexts) {
      const sampleContext = this.#contextOf(sample.context);
      // A context may have been matched with a sample of another kind: never more than there are hits.
      if (sampleContext === undefined || unknown === 0) continue;
      unknown--;
      this.#addTo(stack, sampleContext.read(this.#reader), 1);
    }
    if (unknown > 0) this.#addTo(stack, EMPTY_TASK_CONTEXT, unknown);
  }

  #addTo(stackNumber: number, context: TaskContext, hits: number): void {
    this.hits += hits;
    const { span, labels } = context;
    const key = `${stackNumber} ${span === undefined ? '' : span.traceId + span.spanId} ${labels.key}`;
    const row = this.#rows.get(key);
    if (row !== undefined) row.hits += hits;
    else if (context === EMPTY_TASK_CONTEXT || this.#rows.size < MAX_ROWS) {
      this.#rows.set(key, { stackNumber, context, hits });
    } else {
      this.hits -= hits;
      this.#addTo(stackNumber, EMPTY_TASK_CONTEXT, hits);
    }
  }

  #push(caller: number, node: NativeNode): number {
    const frame = frameOf(node);
    const kind = frameKindOf(frame);
    if ((kind & FrameKind.hidden) !== 0) return caller;
    if ((kind & FrameKind.own) === 0) return this.#stacks.push(caller, this.#frames.numberOf(frame));
    return this.#stacks.frameOf(caller) === OWN_NUMBER ? caller : this.#stacks.push(caller, OWN_NUMBER);
  }
}
