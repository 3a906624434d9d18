import { isLocation } from '../profile/location.ts';
import type { StackEntry } from '../profile/model.ts';

/** A frame as frames of many profiles are compared: without the column, which ClickHouse's table does not have. */
export interface FleetFrame {
  readonly functionName: string;
  readonly file: string;
  /** 1-based; 0 where it is not known. */
  readonly line: number;
}

/** The frames of an entry, innermost first. */
export function fleetFrames(entry: StackEntry): readonly FleetFrame[] {
  return isLocation(entry) ? framesOfLines(entry.lines, entry.address, entry.mapping?.file ?? '') : [entry];
}

/** The frames of a location. One that has nothing but an address is called after it, in the file that it is mapped from. */
export function framesOfLines(
  lines: readonly FleetFrame[],
  address: bigint,
  mappingFile: string,
): readonly FleetFrame[] {
  const byAddress = { functionName: `0x${address.toString(16)}`, file: mappingFile, line: 0 };
  if (lines.length === 0) return [byAddress];
  return lines.map((line) => (line.functionName === '' && line.file === '' && line.line === 0 ? byAddress : line));
}

/** The text that patterns are matched with: `acquire (/app/pool.js:12)`, without what is not known. */
export function fleetFrameText({ functionName, file, line }: FleetFrame): string {
  if (file === '') return functionName;
  return line > 0 ? `${functionName} (${file}:${line})` : `${functionName} (${file})`;
}
