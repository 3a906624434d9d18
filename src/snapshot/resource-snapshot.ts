import type { Labels, SpanReference, StackFrame } from '../base/types.ts';
import type { ResourceState } from '../resources/resource-state.ts';

/** The resources of one {stack, type, state, labels, span}. */
export interface ResourceSample {
  /** Leaf first: what of Node made it, the code that asked for it, its callers. Equal stacks of one snapshot are the same object. */
  readonly stack: readonly StackFrame[];
  /** Which frame of `stack` is the first that is not Node's own; the length of `stack` where all are. */
  readonly callerIndex: number;
  /** As `async_hooks` names it: `Timeout`, `TCPWRAP`, `FSREQCALLBACK`. */
  readonly type: string;
  /** For people: `timer`, `TCP socket`, `file operation`. */
  readonly kind: string;
  /** Whether it ends by itself (`pending`), or what else it does. */
  readonly state: ResourceState;
  /** Whether they keep the process running; false after `unref()`. */
  readonly referenced: boolean;
  /** Estimated number of resources: a sum of weights, so it need not be whole. */
  readonly resources: number;
  /** Standard error of `resources`; 0 when `samplingProbability` is 1. */
  readonly standardError: number;
  /** The share of its resources that was looked at; 1 only where none can have been left out. */
  readonly samplingProbability: number;
  /** How long the oldest of those that were looked at has been there. */
  readonly oldestAgeMillis: number;
  /** Those of the context that made them. */
  readonly labels: Labels;
  /** The span that was active where the resources were made. */
  readonly span?: SpanReference;
}

/** The resources that are there at one moment, of those made since the profiler's start. Immutable. */
export interface ResourceSnapshot {
  /** Nanoseconds since 1970. */
  readonly timeUnixNano: bigint;
  /** All as they were then. */
  readonly consistency: 'moment';
  /** Estimated number of resources: exact when `samplingProbability` is 1. */
  readonly totalResources: number;
  /** Standard error of `totalResources`. */
  readonly totalStandardError: number;
  /** Most resources first. */
  readonly samples: readonly ResourceSample[];
  /** The share of the resources that were looked at; 1 only where none can have been left out. */
  readonly samplingProbability: number;
  /** Sampled live resources given up since the start because there were more than `maxResources`. */
  readonly droppedResources: number;
}
