import type { CodeFrame } from '../base/types.ts';
import type { MappedFile } from './mapped-file.ts';

/** The frame by its source: file, position and name as they were written. The frame as it is where the map has nothing of it. */
export function originalFrame(frame: CodeFrame, { map, names }: MappedFile): CodeFrame {
  const { functionName, line, column, functionLine = 0, functionColumn = 0 } = frame;
  const position = map.original(line, column);
  if (position === undefined) return frame;
  const begin = map.original(functionLine, functionColumn);
  // What a bundler puts around modules begins in another source, or in none.
  const isOfSource = begin?.source === position.source;
  return {
    functionName: names?.of(frame) ?? functionName,
    file: position.source,
    line: position.line,
    column: position.column,
    functionLine: isOfSource ? begin.line : 0,
    functionColumn: isOfSource ? begin.column : 0,
  };
}
