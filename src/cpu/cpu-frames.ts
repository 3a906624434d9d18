import type { CodeFrame } from '../base/types.ts';
import type { NativeNode } from './native-profiler.ts';

/** Code made at run time could have endless functions. */
const MAX_FRAMES = 16_384;

/** In place of our own frames, one for all that follow each other. */
export const OWN_NUMBER = 1;

/** The functions that the native profiler has met, as numbers: kept from one interval to the next, as views look at each once. */
export class CpuFrames {
  readonly #frames: CodeFrame[] = [nameOnly('(other)'), nameOnly('(otel-taskprof)')];
  readonly #numbers = new Map<string, number>();

  get all(): readonly CodeFrame[] {
    return this.#frames;
  }

  /** 0, which is `(other)`, for what is too much. */
  numberOf(frame: CodeFrame): number {
    const key = `${frame.line}:${frame.column} ${frame.file} ${frame.functionName}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      if (this.#frames.length >= MAX_FRAMES) return 0;
      number = this.#frames.push(Object.freeze(frame)) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** The position is where the function begins: V8 tells no other of callers. */
export function frameOf({ name, scriptName, lineNumber, columnNumber }: NativeNode): CodeFrame {
  const line = Math.max(lineNumber, 0);
  const column = lineNumber > 0 ? Math.max(columnNumber, 0) : 0;
  const functionName = name === '' ? '<anonymous>' : name;
  return { functionName, file: scriptName, line, column, functionLine: line, functionColumn: column };
}

function nameOnly(functionName: string): CodeFrame {
  return Object.freeze({ functionName, file: '', line: 0, column: 0 });
}
