import type { CodeFrame } from '../base/types.ts';
import type { CallSite } from './call-sites.ts';
import { frameKindOf } from './frame-kind.ts';

/** Positions of code are few (some thousands); code made at run time could be endless. 100 to 150 bytes each. */
const MAX_FRAMES = 16_384;

const OTHER: CodeFrame = Object.freeze({ functionName: '(other)', file: '(frame table full)', line: 0, column: 0 });

/**
 * Interns call sites as small numbers. A known frame costs two Map look-ups, by file and position: names and lines are asked
 * for once, since V8 computes them by searching (230 ns a frame, a stack has twenty). So a method that several classes inherit
 * has the name `Class.method` under which it was met first, and scripts of one file name share their frames.
 */
export class FrameTable {
  readonly #frames: CodeFrame[] = [OTHER];
  readonly #kinds: number[] = [0];
  readonly #byPosition = new Map<string, Map<number, number>>();
  readonly #builtins = new Map<string, number>();

  get size(): number {
    return this.#frames.length;
  }

  /** Those that are interned meanwhile included. */
  get all(): Iterable<CodeFrame> {
    return this.#frames;
  }

  /** From now on positions that were not met before are all one frame, `(other)`. */
  get isFull(): boolean {
    return this.#frames.length >= MAX_FRAMES;
  }

  intern(site: CallSite): number {
    const file = fileOf(site);
    return file === '' ? this.#internBuiltin(site) : this.#internAt(file, site);
  }

  frame(id: number): CodeFrame {
    return this.#frames[id] ?? OTHER;
  }

  /** Bits of `FrameKind`. */
  kind(id: number): number {
    return this.#kinds[id] ?? 0;
  }

  /** Whether both are positions in one function, as far as names tell. */
  sameFunction(one: number, other: number): boolean {
    if (one === other) return true;
    const a = this.frame(one);
    const b = this.frame(other);
    return a.functionName === b.functionName && a.file === b.file;
  }

  #internAt(file: string, site: CallSite): number {
    let positions = this.#byPosition.get(file);
    if (positions === undefined) {
      if (this.isFull) return 0;
      this.#byPosition.set(file, (positions = new Map<number, number>()));
    }
    const position = site.getPosition();
    const known = positions.get(position);
    if (known !== undefined) return known;
    const id = this.#add({
      functionName: functionNameOf(site),
      file,
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
      // `null` where V8 does not know it, whatever its types say.
      functionLine: Number(site.getEnclosingLineNumber()),
      functionColumn: Number(site.getEnclosingColumnNumber()),
    });
    if (id !== 0) positions.set(position, id);
    return id;
  }

  #internBuiltin(site: CallSite): number {
    return this.internName(functionNameOf(site));
  }

  /** A frame that is only a name. */
  internName(functionName: string): number {
    const known = this.#builtins.get(functionName);
    if (known !== undefined) return known;
    const id = this.#add({ functionName, file: '', line: 0, column: 0 });
    if (id !== 0) this.#builtins.set(functionName, id);
    return id;
  }

  #add(frame: CodeFrame): number {
    if (this.isFull) return 0;
    this.#kinds.push(frameKindOf(frame));
    return this.#frames.push(Object.freeze(frame)) - 1;
  }
}

function fileOf(site: CallSite): string {
  const file = site.getFileName() as string | null | undefined;
  if (typeof file === 'string' && file !== '') return file;
  return site.isEval() ? (site.getEvalOrigin() ?? 'eval') : '';
}

/** As V8 prints it: `Type.method`, `new Type`, `function`, `<anonymous>`; without the receiver `Object.`, which says nothing. */
function functionNameOf(site: CallSite): string {
  const name = site.getFunctionName();
  if (site.isConstructor()) return `new ${name ?? '<anonymous>'}`;
  const type = site.isToplevel() ? null : site.getTypeName();
  if (type === null || type === 'Object' || type === '' || name?.startsWith(`${type}.`) === true)
    return name ?? (type === null ? null : site.getMethodName()) ?? '<anonymous>';
  return `${type}.${name ?? site.getMethodName() ?? '<anonymous>'}`;
}
