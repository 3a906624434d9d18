/** One frame of a task's stack. `line` and `column` are 1-based; 0 where the engine does not know them (builtins). */
export interface StackFrame {
  readonly functionName: string;
  /** Path or `file:` URL as V8 gives it, `node:...` for Node's own code, '' for builtins. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type LabelValue = string | number | boolean;

export type Labels = Readonly<Record<string, LabelValue>>;

/** The span that was active where a task parked: lower-case hex, 32 and 16 digits. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
}
