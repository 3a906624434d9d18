import type { SpanReference, StackFrame } from '../base/types.ts';

/** What a value counts and in which unit, as pprof and OTLP name them: `tasks`/`count`, `wait`/`nanoseconds`. */
export interface ValueType {
  /** What is counted: `tasks`. */
  readonly type: string;
  /** `count`, `nanoseconds`, `bytes`. */
  readonly unit: string;
}

/**
 * A number is encoded as an integer where it is a safe integer, as a double otherwise; a bigint as an integer of 64 bits.
 */
export type AttributeValue = string | number | bigint | boolean | readonly string[] | readonly (number | bigint)[];

/** Attributes by their names. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Numbers of one unit (`bytes`), as a label of pprof and an attribute of OTLP may have it. */
export interface Quantity {
  /** One number, or several. */
  readonly value: number | bigint | readonly (number | bigint)[];
  /** Of each. */
  readonly unit: string;
}

/** Attributes where OTLP allows for units: everywhere but at a resource and a scope. */
export type AttributesWithUnits = Readonly<Record<string, AttributeValue | Quantity>>;

/** A part of the address space and the file behind it. Addresses are whole numbers below 2^64. */
export interface Mapping {
  /** Its first address. */
  readonly memoryStart: bigint;
  /** The address behind its last. */
  readonly memoryLimit: bigint;
  /** Bytes ahead of it in the file. */
  readonly fileOffset: bigint;
  /** A path or a name; '' where there is none. */
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
  /** What the address is in. */
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
  /** In the unit of the profile's sample type. */
  readonly value: number | bigint;
}

/** One {stack, attributes, link} and its value. */
export interface ProfileSample {
  /** Leaf first. Equal stacks, and equal entries, are the same object within one snapshot: encoders intern by identity first. */
  readonly stack: readonly StackEntry[];
  /** Labels, and what tells samples of one stack apart. */
  readonly attributes: AttributesWithUnits;
  /** The span that it belongs to. */
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
  /** As it was, compressed or not. */
  readonly bytes: Uint8Array;
}

/** One measure over one stretch of time: what every encoder takes and knows nothing beyond. Immutable. */
export interface Profile {
  /** What the values of its samples are. */
  readonly sampleType: ValueType;
  /** What a sample is taken for each `period` of. */
  readonly periodType: ValueType;
  /** A whole number, never 0. */
  readonly period: number | bigint;
  /** When it begins, nanoseconds since 1970. */
  readonly timeUnixNano: bigint;
  /** Nanoseconds; 1n for one of a moment. */
  readonly durationNano: bigint;
  /** Of the profile as a whole: `taskprof.consistency`, `thread.id`. */
  readonly attributes: AttributesWithUnits;
  /** In any order. */
  readonly samples: readonly ProfileSample[];
  /** Carried along where OTLP is written; the fields above hold the same as far as they can. */
  readonly originalPayload?: OriginalPayload;
}

/** What is exported in one message: who is profiled, by what, and the profiles. */
export interface ProfilesData {
  /** Who is profiled: `service.name` and so on. */
  readonly resource: { readonly attributes: Attributes };
  /** By what: the instrumentation. */
  readonly scope: { readonly name: string; readonly version: string; readonly attributes?: Attributes };
  /** Each of one measure. */
  readonly profiles: readonly Profile[];
}
