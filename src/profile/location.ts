import type { StackFrame } from '../base/types.ts';
import type { AttributesWithUnits, Line, Location, StackEntry } from './model.ts';

/** What OpenTelemetry calls the kind of a frame. */
export const FRAME_TYPE = 'profile.frame.type';

/** The package that a frame's file is of: OpenTelemetry has no names for that. */
export const PackageAttribute = { name: 'taskprof.package.name', version: 'taskprof.package.version' } as const;

/** The attributes of the location that a frame of no package stands for. */
export const FRAME_ATTRIBUTES: AttributesWithUnits = Object.freeze({ [FRAME_TYPE]: 'v8js' });

/** The attributes of the location that a frame stands for. */
export function frameAttributes({ packageName, packageVersion }: StackFrame): AttributesWithUnits {
  if (packageName === undefined) return FRAME_ATTRIBUTES;
  return {
    ...FRAME_ATTRIBUTES,
    [PackageAttribute.name]: packageName,
    ...(packageVersion !== undefined && { [PackageAttribute.version]: packageVersion }),
  };
}

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
  return { lines: [lineOf(entry)], address: 0n, attributes: frameAttributes(entry) };
}

/** The shortest entry for a location: the frame, where that stands for just this location. */
export function entryOf(location: Location): StackEntry {
  const { lines, address, mapping, attributes } = location;
  const [line, ...others] = lines;
  const isOneLine = line?.systemName === '' && line.startLine === 0 && others.length === 0;
  const owner = packageIn(attributes);
  if (!isOneLine || address !== 0n || mapping || owner === undefined) return location;
  return { functionName: line.functionName, file: line.file, line: line.line, column: line.column, ...owner };
}

function lineOf({ functionName, file, line, column }: StackFrame): Line {
  return { functionName, file, line, column, systemName: '', startLine: 0 };
}

/** What a frame has of these attributes; undefined where it has no place for one of them. */
function packageIn(attributes: AttributesWithUnits): Pick<StackFrame, 'packageName' | 'packageVersion'> | undefined {
  const {
    [FRAME_TYPE]: type,
    [PackageAttribute.name]: packageName,
    [PackageAttribute.version]: packageVersion,
    ...others
  } = attributes;
  if (type !== 'v8js' || Object.keys(others).length > 0) return undefined;
  if (packageName === undefined && packageVersion === undefined) return {};
  if (typeof packageName !== 'string') return undefined;
  if (packageVersion === undefined) return { packageName };
  return typeof packageVersion === 'string' ? { packageName, packageVersion } : undefined;
}
