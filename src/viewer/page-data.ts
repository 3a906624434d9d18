// What the server says to the page, as JSON. Types only: both sides read them. Times are microseconds since 1970, durations as well.

export interface Overview {
  readonly revision: number;
  readonly services: readonly string[];
  readonly types: readonly { readonly type: string; readonly unit: string; readonly profiles: number }[];
  /** Of the profiles; absent where there are none. */
  readonly start?: number;
  readonly end?: number;
  readonly profiles: number;
  readonly traces: number;
  readonly usedBytes: number;
  readonly maxBytes: number;
  /** Where to send to; empty where files are shown. */
  readonly receivers: readonly { readonly protocol: string; readonly url: string }[];
}

export interface FrameData {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface TimelineData {
  readonly unit: string;
  readonly start: number;
  readonly end: number;
  /** Beginnings of the steps, which are `step` long. */
  readonly times: readonly number[];
  readonly step: number;
  /** The top stacks, then all others where there are any; undefined values where nothing is known. */
  readonly series: readonly { readonly frames: readonly FrameData[]; readonly values: readonly (number | null)[] }[];
}

export interface FlameNode {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly value: number;
  /** In the other selection, where two are compared. */
  readonly other?: number;
  readonly children: readonly FlameNode[];
}

/** A function, wherever it stands. */
export interface FunctionRow {
  readonly name: string;
  readonly file: string;
  readonly self: number;
  readonly total: number;
  readonly otherSelf?: number;
  readonly otherTotal?: number;
}

export interface FlameData {
  readonly type: string;
  readonly unit: string;
  readonly isMean: boolean;
  readonly profiles: number;
  readonly stacks: number;
  readonly total: number;
  readonly otherTotal?: number;
  /**
   * What the values of the other were multiplied with, where they add up over time and the two cover different lengths of it: they are for the
   * time of the first then.
   */
  readonly otherScale?: number;
  readonly root: FlameNode;
  /** Frames that are too small to be in the tree. */
  readonly hidden: number;
  readonly functions: readonly FunctionRow[];
}

export interface TaskRow {
  readonly state: string;
  readonly tasks: number;
  readonly standardError: number;
  /** Of the oldest of them; absent where it is not told. */
  readonly wait?: number;
  /** Which of the stacks. */
  readonly stack: number;
  readonly awaitIndex?: number;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly service: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly spanName?: string;
}

export interface TasksData {
  /** When they were looked at last. */
  readonly time: number;
  readonly unit: string;
  readonly total: number;
  /** Of all rows, those with the most. */
  readonly rows: readonly TaskRow[];
  readonly rowCount: number;
  /** Leaf first; many rows share one. */
  readonly stacks: readonly (readonly FrameData[])[];
}

export interface TraceRow {
  readonly traceId: string;
  /** '' where no span of it has ended. */
  readonly root: string;
  readonly service: string;
  readonly start: number;
  readonly duration: number;
  readonly spans: number;
  readonly errors: number;
  /** Parked in it when the process was seen last. */
  readonly tasks: number;
  /** Its root has not ended, and there are tasks in it. */
  readonly isOpen: boolean;
}

export interface TracesData {
  readonly rows: readonly TraceRow[];
  readonly count: number;
}

export interface ParkedData {
  /** Which of the stacks. */
  readonly stack: number;
  readonly awaitIndex?: number;
  readonly tasks: number;
  readonly start: number;
  readonly end: number;
  readonly labels: readonly (readonly [name: string, value: string])[];
}

export interface SpanData {
  readonly spanId: string;
  readonly parentSpanId: string;
  /** '' for one that has not ended: its name comes with its end. */
  readonly name: string;
  readonly service: string;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly hasEnded: boolean;
  readonly status: number;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly events: readonly { name: string; time: number; attributes: Readonly<Record<string, string>> }[];
  /** Tasks that were parked in it, by where; the oldest first. */
  readonly parked: readonly ParkedData[];
}

export interface TraceData {
  readonly traceId: string;
  readonly start: number;
  readonly end: number;
  /** In the order of a tree, parents first. */
  readonly spans: readonly (SpanData & { readonly depth: number })[];
  /** Spans that are not shown because there are too many. */
  readonly hidden: number;
  readonly stacks: readonly (readonly FrameData[])[];
}

export interface TimelineSlice {
  readonly start: number;
  readonly duration: number;
  /** Which of the stacks. */
  readonly stack: number;
  readonly awaitIndex?: number;
  readonly state: string;
  readonly traceId?: string;
}

/** A task that was followed. */
export interface TimelineTrack {
  readonly service: string;
  readonly task: string;
  readonly root: string;
  readonly slices: readonly TimelineSlice[];
}

export interface TimelinesData {
  readonly start: number;
  readonly end: number;
  readonly tracks: readonly TimelineTrack[];
  readonly stacks: readonly (readonly FrameData[])[];
  /** Slices that are not shown because there are too many. */
  readonly hidden: number;
}

export interface ErrorData {
  readonly error: string;
}
