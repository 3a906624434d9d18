import type { StackFrame } from '../base/types.ts';
import type { AttributesWithUnits, Line, Location, StackEntry } from './model.ts';

/** What OpenTelemetry calls the kind of a frame. */
export const FRAME_TYPE = 'profile.frame.type';

/** The attributes of the location that a plain frame stands for. */
export const FRAME_ATTRIBUTES: AttributesWithUnits = Object.freeze({ [FRAME_TYPE]: 'v8js' });

export function isLocation(entry: StackEntry): entry is Location {
  return 'lines' in entry;
}

/**
 * The frames of an entry, innermost first: one, or those that are inlined into each other; none where only an address is
 * known.
 */
export function framesOf(entry: StackEntry): readonly StackFrame[] {
  return isLocation(entry) ? entry.lines : [entry];
}

/** The location that an entry is or stands for. */
export function locationOf(entry: StackEntry): Location {
  if (isLocation(entry)) return entry;
  return { lines: [lineOf(entry)], address: 0n, attributes: FRAME_ATTRIBUTES };
}

/** The shortest entry for a location: the frame, where that stands for just this location. */
export function entryOf(location: Location): StackEntry {
  const { lines, address, mapping, attributes } = location;
  const [line, ...others] = lines;
  const isOneLine = line?.systemName === '' && line.startLine === 0 && others.length === 0;
  if (!isOneLine || address !== 0n || mapping || !isFrameAttributes(attributes)) return location;
  return { functionName: line.functionName, file: line.file, line: line.line, column: line.column };
}

function lineOf({ functionName, file, line, column }: StackFrame): Line {
  return { functionName, file, line, column, systemName: '', startLine: 0 };
}

function isFrameAttributes(attributes: AttributesWithUnits): boolean {
  return attributes[FRAME_TYPE] === 'v8js' && Object.keys(attributes).length === 1;
}
