import type { RawStack } from '../capture/call-sites.ts';
import type { SampledTask } from '../capture/live-sample.ts';
import type { TaskContext } from '../capture/task-context.ts';
import type { ResourceType } from './resource-type.ts';

/** What is known of a resource when it is made. */
export interface ResourceOrigin {
  readonly type: ResourceType;
  /** Its number in `async_hooks`; below 0 for what that does not tell of. */
  readonly asyncId: number;
  /** Of the resource that made it come to be: the server of an accepted connection. */
  readonly triggerId: number;
  /** What tells whether it has ended. */
  readonly target: object;
}

/** One sampled resource. Keeps nothing of the application alive once its stack is resolved. */
export class ResourceRecord implements SampledTask {
  readonly type: ResourceType;
  readonly asyncId: number;
  readonly triggerId: number;
  readonly #target: WeakRef<object>;
  /** When it was made, monotonic milliseconds. */
  readonly parkedAt: number;
  readonly context: TaskContext;
  /** Each is chosen for itself. */
  readonly unit: number;
  readonly unitProbability: number;
  /** 1 / inclusion probability, which thinning lowers further. */
  weight: number;
  /** The stack as V8 captured it; undefined once it is resolved. */
  raw: RawStack | undefined = {};
  /** Node of the stack table. */
  stack = 0;
  /** How many frames from the leaf are Node's own. */
  operationFrames = 0;

  constructor(origin: ResourceOrigin, parkedAt: number, context: TaskContext, unit: number, probability: number) {
    this.type = origin.type;
    this.asyncId = origin.asyncId;
    this.triggerId = origin.triggerId;
    this.#target = new WeakRef(origin.target);
    this.parkedAt = parkedAt;
    this.context = context;
    this.unit = unit;
    this.unitProbability = probability;
    this.weight = 1 / probability;
  }

  /** Its target, unless it has ended. */
  get live(): object | undefined {
    const target = this.#target.deref();
    return target !== undefined && this.type.lifetime.isLive(target, this.asyncId) ? target : undefined;
  }
}
