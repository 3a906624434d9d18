import type { SpanReference, StackFrame } from '../base/types.ts';

/** What a value counts and in which unit, as pprof and OTLP name them: `tasks`/`count`, `wait`/`nanoseconds`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** A number is encoded as an integer where it is a safe integer, as a double otherwise. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[];

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One {stack, attributes, link} and its value. */
export interface ProfileSample {
  /** Leaf first. Equal stacks, and equal frames, are the same object within one snapshot: encoders intern by identity first. */
  readonly stack: readonly StackFrame[];
  readonly attributes: Attributes;
  readonly link?: SpanReference;
  /** A whole number, in the unit of the profile's sample type. */
  readonly value: number;
}

/** One measure over one stretch of time: what every encoder takes and knows nothing beyond. Immutable. */
export interface Profile {
  readonly sampleType: ValueType;
  readonly periodType: ValueType;
  /** Never 0. */
  readonly period: number;
  readonly timeUnixNano: bigint;
  readonly durationNano: bigint;
  readonly attributes: Attributes;
  readonly samples: readonly ProfileSample[];
}

/** What is exported in one message: who is profiled, by what, and the profiles. */
export interface ProfilesData {
  readonly resource: { readonly attributes: Attributes };
  readonly scope: { readonly name: string; readonly version: string };
  readonly profiles: readonly Profile[];
}
