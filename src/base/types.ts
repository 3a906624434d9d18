/** One frame of a task's stack. `line` and `column` are 1-based; 0 where the engine does not know them (builtins). */
export interface StackFrame {
  /** `Class.method` where V8 knows the class; functions without a name are `(anonymous) file:line`, modules `(module) file`. */
  readonly functionName: string;
  /**
   * Relative to the application's root, from `node_modules` on for packages, else an absolute path or a URL; `node:...` for Node's own
   * code, '' for builtins.
   */
  readonly file: string;
  /** 1-based; 0 where it is not known. */
  readonly line: number;
  /** 1-based; 0 where it is not known. */
  readonly column: number;
  /** The package of `node_modules` that the file is of, and its version where that is known. */
  readonly packageName?: string;
  /** Of its package.json. */
  readonly packageVersion?: string;
}

/** A frame as V8 gives it: `file` is a path or a `file:` URL. */
export interface CodeFrame extends StackFrame {
  /** Where the function begins, 1-based; 0 or left out where that is not known. */
  readonly functionLine?: number;
  readonly functionColumn?: number;
}

/** What a label may be: as text in pprof, with its type in OTLP. */
export type LabelValue = string | number | boolean;

/** Labels by their names. */
export type Labels = Readonly<Record<string, LabelValue>>;

/** The span that was active where a task parked: lower-case hex, 32 and 16 digits. */
export interface SpanReference {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
}

/** A task that has been parked for `stuckMillis`. */
export interface StuckTask {
  /** Leaf first: the operation waited for, the await, its callers. */
  readonly stack: readonly StackFrame[];
  /** Which frame of `stack` holds the await. */
  readonly awaitIndex: number;
  /** How long it has been parked until now. */
  readonly waitMillis: number;
  /** Those of `withTaskLabels`, of its span and of baggage. */
  readonly labels: Labels;
  /** The span that was active where it parked. */
  readonly span?: SpanReference;
  /** How many tasks it stands for: 1, unless only a part of them is looked at. */
  readonly tasks: number;
}
