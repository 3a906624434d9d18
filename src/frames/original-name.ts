import type { CodeFrame } from '../base/types.ts';
import type { GeneratedCode } from './generated-code.ts';
import type { SourceMap } from './source-map.ts';

/** How far from a function's begin its name may stand: `async function name`, `name = async`, `name: function`. */
const REACH = 256;

const IDENTIFIER = /[\p{ID_Continue}$#]/u;

/** Finds what functions were called before a minifier renamed them: of one generated file with its map. */
export class OriginalNames {
  readonly #code: GeneratedCode;
  readonly #map: SourceMap;

  constructor(code: GeneratedCode, map: SourceMap) {
    this.#code = code;
    this.#map = map;
  }

  /**
   * What the function of a frame, and its class, were called; as they are called now where that cannot be told. The names of a source
   * map belong to identifiers, so the one that names the function is looked for in the code: what is at the function's begin or at
   * the position of a call are others.
   */
  of({ functionName, functionLine = 0, functionColumn = 0 }: CodeFrame): string {
    const begin = this.#code.offsetOf(functionLine, functionColumn);
    if (begin < 0) return functionName;
    if (functionName.startsWith('new ')) return `new ${this.#className(functionName.slice(4), begin)}`;
    const dot = functionName.lastIndexOf('.');
    const name = functionName.slice(dot + 1);
    const original = this.#nameAt(this.#tokenOf(name, begin)) ?? name;
    return dot < 0 ? original : `${this.#className(functionName.slice(0, dot), begin)}.${original}`;
  }

  /** Where the name of the function that begins there stands; -1 where it is not found. */
  #tokenOf(name: string, begin: number): number {
    const { text } = this.#code;
    const [keywords] = /^(?:(?:async|function|static|get|set)\b\s*|\*\s*)*/.exec(text.slice(begin, begin + REACH))!;
    if (this.#isAt(name, begin + keywords.length)) return begin + keywords.length;
    // To CPU profilers a function begins with its parameters.
    if (this.#isAt(name, begin - name.length)) return begin - name.length;
    const assigned = /\s*[=:]\s*\(*(?:async\s*)?$/.exec(text.slice(Math.max(0, begin - REACH), begin));
    const at = assigned === null ? -1 : begin - assigned[0].length - name.length;
    return this.#isAt(name, at) ? at : -1;
  }

  /** Of the nearest class of that name: around the function, else behind it, where a class is that inherits the function. */
  #className(name: string, begin: number): string {
    const at = this.#classBefore(name, begin) ?? this.#classAfter(name, begin) ?? -1;
    return this.#nameAt(at) ?? name;
  }

  #classBefore(name: string, begin: number): number | undefined {
    for (let at = begin; at > 0;) {
      at = this.#code.text.lastIndexOf(name, at - 1);
      if (this.#isClassName(name, at)) return at;
    }
    return undefined;
  }

  #classAfter(name: string, begin: number): number | undefined {
    for (let at = begin; (at = this.#code.text.indexOf(name, at)) >= 0; at++) {
      if (this.#isClassName(name, at)) return at;
    }
    return undefined;
  }

  #isClassName(name: string, at: number): boolean {
    if (!this.#isAt(name, at)) return false;
    const { text } = this.#code;
    const end = at + name.length;
    return (
      /\bclass\s+$/.test(text.slice(Math.max(0, at - 16), at)) || /^\s*=\s*class\b/.test(text.slice(end, end + 16))
    );
  }

  #nameAt(offset: number): string | undefined {
    if (offset < 0) return undefined;
    const { line, column } = this.#code.positionOf(offset);
    return this.#map.original(line, column)?.name;
  }

  /** Whether the identifier stands there, the whole of it. */
  #isAt(name: string, at: number): boolean {
    const { text } = this.#code;
    if (at < 0 || name === '' || !text.startsWith(name, at)) return false;
    return (
      (name.startsWith('#') || !IDENTIFIER.test(text.charAt(at - 1))) && !IDENTIFIER.test(text.charAt(at + name.length))
    );
  }
}
