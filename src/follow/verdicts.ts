import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { TaskRecord } from '../capture/task-record.ts';

/** How a walked stack belongs to a park. */
export const ParkKind = {
  /** It is its own, of a leaf. */
  leaf: 0,
  /** It is that of its inner row, a leaf. */
  overLeaf: 1,
  /** It is that of its inner row, a joint: of the caller's caller the call is another than of the caller. */
  overJoint: 2,
  /** It is its own, of a joint whose inner row can't be walked. */
  joint: 3,
  /** It is its own, of a joint over the parts of a combinator. */
  join: 4,
} as const;

/** Stacks that something is remembered of. Some 150 bytes each. */
const MAX_STACKS = 4_096;

/** What parks with one walked stack turned out to be when they were captured. */
interface Lesson {
  tasks: number;
  others: number;
  /** Nodes of the stack table: a captured stack, with operation and synchronous callers, and its operation frames. */
  stack: number;
  operationFrames: number;
}

/**
 * What the captures teach about walked stacks. Events and walks alone can't tell `const p = f(); await p` from `await f()`, nor a
 * `.then(resolve)` from the await that it serves: captures can. So each walked stack remembers how many of its captured parks
 * were tasks, by the kind of the park: that share is the estimate for the ones that were not captured. Without any, leaves
 * and joins of a combinator are tasks and other joints are calls.
 */
export class Verdicts {
  readonly #keeper: StackKeeper;
  readonly #lessons: readonly Map<number, Lesson>[] = Object.values(ParkKind).map(() => new Map<number, Lesson>());

  #keys: { stack: number }[][] = [];

  constructor(keeper: StackKeeper) {
    this.#keeper = keeper;
  }

  /** A park of this kind and walked stack was captured, and was a task or not. */
  learn(kind: number, walked: number, record: TaskRecord, isTask: boolean): void {
    const lessons = this.#lessons[kind]!;
    let lesson = lessons.get(walked);
    if (lesson === undefined) {
      if (lessons.size >= MAX_STACKS) return;
      lessons.set(walked, (lesson = { tasks: 0, others: 0, stack: 0, operationFrames: 0 }));
    }
    if (!isTask) {
      lesson.others++;
      return;
    }
    lesson.tasks++;
    lesson.stack = record.stack;
    lesson.operationFrames = record.operationFrames;
  }

  /** Share of tasks among the parks of this kind and walked stack. */
  share(kind: number, walked: number): number {
    const lesson = this.#lessons[kind]!.get(walked);
    if (lesson === undefined) return kind === ParkKind.leaf || kind === ParkKind.join ? 1 : 0;
    return lesson.tasks / (lesson.tasks + lesson.others);
  }

  /** Whether parks of this kind and walked stack were captured, and were all tasks or all none. */
  isSure(kind: number, walked: number): boolean {
    const lesson = this.#lessons[kind]!.get(walked);
    return lesson !== undefined && (lesson.tasks === 0 || lesson.others === 0);
  }

  /** The stack to show for a walked one: as it was captured last, or as it was walked, cut at `maxDepth` frames. */
  shown(kind: number, walked: number, maxDepth: number): { readonly stack: number; readonly operationFrames: number } {
    const lesson = this.#lessons[kind]!.get(walked);
    if (lesson !== undefined && lesson.stack !== 0) return lesson;
    const { stacks } = this.#keeper;
    if (stacks.depthOf(walked) <= maxDepth) return { stack: walked, operationFrames: 0 };
    const frames = stacks.framesOf(walked).slice(0, maxDepth);
    return { stack: frames.reduceRight((node, frame) => stacks.push(node, frame), 0), operationFrames: 0 };
  }

  /** What holds nodes of the stack table; `rename` is to be called when these have got new numbers. */
  get holders(): readonly { stack: number }[] {
    this.#keys = this.#lessons.map((lessons) => Array.from(lessons.keys(), (stack) => ({ stack })));
    return [...this.#keys.flat(), ...this.#lessons.flatMap((lessons) => [...lessons.values()])];
  }

  rename(): void {
    this.#lessons.forEach((lessons, kind) => {
      const values = [...lessons.values()];
      lessons.clear();
      values.forEach((lesson, i) => lessons.set(this.#keys[kind]![i]!.stack, lesson));
    });
    this.#keys = [];
  }
}
