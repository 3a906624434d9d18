import type { SpanReference, StackFrame } from '../base/types.ts';

/** What a value counts and in which unit, as pprof and OTLP name them: `tasks`/`count`, `wait`/`nanoseconds`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/**
 * A number is encoded as an integer where it is a safe integer, as a double otherwise; a bigint as an integer of 64 bits.
 */
export type AttributeValue = string | number | bigint | boolean | readonly string[] | readonly (number | bigint)[];

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Numbers of one unit (`bytes`), as a label of pprof and an attribute of OTLP may have it. */
export interface Quantity {
  readonly value: number | bigint | readonly (number | bigint)[];
  readonly unit: string;
}

/** Attributes where OTLP allows for units: everywhere but at a resource and a scope. */
export type AttributesWithUnits = Readonly<Record<string, AttributeValue | Quantity>>;

/** A part of the address space and the file behind it. Addresses are whole numbers below 2^64. */
export interface Mapping {
  readonly memoryStart: bigint;
  readonly memoryLimit: bigint;
  readonly fileOffset: bigint;
  readonly file: string;
  /** The build id (`process.executable.build_id.gnu`), and what the file is known to have (`pprof.mapping.has_functions`). */
  readonly attributes: AttributesWithUnits;
}

/** A position in a function. */
export interface Line extends StackFrame {
  /** As the linker knows the function; '' where that is not told. */
  readonly systemName: string;
  /** Where the function begins; 0 where that is not known. */
  readonly startLine: number;
}

/** A place in a program, of any language. */
export interface Location {
  /** Innermost first: each but the last is inlined into the one after it. Empty where nothing but the address is known. */
  readonly lines: readonly Line[];
  /** 0n where there is none. */
  readonly address: bigint;
  readonly mapping?: Mapping;
  /** `profile.frame.type` and the like. */
  readonly attributes: AttributesWithUnits;
}

/** One call on a stack. A frame stands for the JavaScript location of one line and no address. */
export type StackEntry = StackFrame | Location;

/** A part of a sample's value, and when that was. */
export interface TimedValue {
  /** When it began. Inside of [time, time + duration) of the profile. */
  readonly timeUnixNano: bigint;
  readonly value: number | bigint;
}

/** One {stack, attributes, link} and its value. */
export interface ProfileSample {
  /** Leaf first. Equal stacks, and equal entries, are the same object within one snapshot: encoders intern by identity first. */
  readonly stack: readonly StackEntry[];
  readonly attributes: AttributesWithUnits;
  readonly link?: SpanReference;
  /** A whole number of 64 bits, in the unit of the profile's sample type. Negative in the difference of two profiles. */
  readonly value: number | bigint;
  /** The value by time, where that is known: the parts that it is the sum of. Never empty. */
  readonly timed?: readonly TimedValue[];
}

/** What a profile was converted from. */
export interface OriginalPayload {
  /** `pprof`, `jfr`: as OpenTelemetry names it. */
  readonly format: string;
  readonly bytes: Uint8Array;
}

/** One measure over one stretch of time: what every encoder takes and knows nothing beyond. Immutable. */
export interface Profile {
  readonly sampleType: ValueType;
  readonly periodType: ValueType;
  /** A whole number, never 0. */
  readonly period: number | bigint;
  readonly timeUnixNano: bigint;
  readonly durationNano: bigint;
  readonly attributes: AttributesWithUnits;
  readonly samples: readonly ProfileSample[];
  /** Carried along where OTLP is written; the fields above hold the same as far as they can. */
  readonly originalPayload?: OriginalPayload;
}

/** What is exported in one message: who is profiled, by what, and the profiles. */
export interface ProfilesData {
  readonly resource: { readonly attributes: Attributes };
  readonly scope: { readonly name: string; readonly version: string; readonly attributes?: Attributes };
  readonly profiles: readonly Profile[];
}
