import { fileURLToPath } from 'node:url';
import type { StackFrame } from '../base/types.ts';

const INDENT = '    ';
/** Longer names push their place to the right instead of that of all others. */
const MAX_NAME_WIDTH = 60;

/** Stacks as text, each written once however often it is asked for. */
export class StackTexts {
  readonly #texts = new Map<readonly StackFrame[], string>();
  readonly #places = new Map<string, string>();

  /**
   * Lines `name  file:line:column`, leaf first: the operation, the await, its callers. Equal stacks have to be one object, of tasks
   * whose await is at the same place in it.
   */
  of(stack: readonly StackFrame[], awaitIndex: number): string {
    let text = this.#texts.get(stack);
    if (text === undefined) this.#texts.set(stack, (text = this.#write(stack, awaitIndex)));
    return text;
  }

  #write(stack: readonly StackFrame[], awaitIndex: number): string {
    const names = stack.map(({ functionName }, i) => nameText(functionName, i - awaitIndex));
    const width = Math.min(Math.max(...names.map((name) => name.length)), MAX_NAME_WIDTH);
    return stack
      .map((frame, i) => `${INDENT}${names[i]!.padEnd(width)}  ${this.#placeOf(frame)}`.trimEnd() + '\n')
      .join('');
  }

  #placeOf({ file, line, column }: StackFrame): string {
    if (file === '') return '';
    let path = this.#places.get(file);
    if (path === undefined) this.#places.set(file, (path = pathOf(file)));
    return line === 0 ? path : `${path}:${line}:${column}`;
  }
}

function nameText(functionName: string, fromAwait: number): string {
  const name = functionName === '' ? '<anonymous>' : functionName;
  if (fromAwait < 0) return name;
  return fromAwait === 0 ? `await in ${name}` : `  ${name}`;
}

/** V8 names ES modules by URL, and what is not on this machine's disk by others (`node:`, `data:`). */
function pathOf(file: string): string {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}
