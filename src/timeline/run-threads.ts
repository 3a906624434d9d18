import { trace } from '@opentelemetry/api';
import { withCallSites } from '../capture/call-sites.ts';
import type { EventResolver } from '../capture/event-resolver.ts';
import { LateContext } from '../capture/late-context.ts';
import type { ParkClassifier } from '../capture/park-classifier.ts';
import type { TaskContextReader } from '../capture/task-context.ts';
import type { FollowedRun } from './followed-run.ts';
import type { FollowedPark } from './followed-task.ts';

/** A function that has parked in a run, then those that await its call, outwards. */
export type Thread = FollowedPark[];

/** Finds out what has parked in a run, by the stacks of its events: tasks, each with those that only await its call. */
export class ThreadReader {
  readonly #resolver: EventResolver;
  readonly #classifier: ParkClassifier;
  readonly #contexts: TaskContextReader;

  constructor(resolver: EventResolver, classifier: ParkClassifier, contexts: TaskContextReader) {
    this.#resolver = resolver;
    this.#classifier = classifier;
    this.#contexts = contexts;
  }

  /** In the order in which they parked. `.then`s belong to the task that awaits them, as `then` of it. */
  read(run: FollowedRun): Thread[] {
    // A call that has ended: most runs are such.
    if (run.parks.length === 0) return [];
    const threads: Thread[] = [];
    const links: FollowedPark[] = [];
    withCallSites(() => {
      for (const event of run.window.events) this.#resolver.resolve(event);
    });
    for (const [index, park] of run.parks.entries()) {
      if (park === undefined) continue;
      const isLink = !this.#take(run, index, park, threads);
      if (isLink && run.window.events[index]!.isLink) links.push(park);
      // The links right before an await are those that it awaits.
      if (!isLink) for (const link of links.splice(0)) link.then = park;
    }
    return threads;
  }

  /** Whether something has parked there. */
  #take(run: FollowedRun, index: number, park: FollowedPark, threads: Thread[]): boolean {
    const kind = this.#classifier.classify(run.window, index);
    if (kind.kind === 'none') return false;
    const event = run.window.events[index]!;
    park.stack = kind.kind === 'task' ? kind.stack : event.stack;
    park.operationFrames = kind.kind === 'task' ? kind.operationFrames : 0;
    this.#keepContext(park);
    const callee = threads.at(-1);
    // What it calls may have parked before it was chosen.
    if (kind.kind === 'task' || callee === undefined) threads.push([park]);
    else callee.push(park);
    return true;
  }

  #keepContext(park: FollowedPark): void {
    const active = park.event?.context;
    if (active === undefined) return;
    const span = trace.getSpan(active);
    if (span !== undefined) park.root.noteSpan(span);
    park.lateContext = new LateContext(this.#contexts, active);
    if (!park.isOver) park.lateContext.weaken();
  }
}
