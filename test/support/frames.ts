import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackFrame, TaskSample } from '../../src/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The frame's file as a path, whether V8 gave a path or a `file:` URL, or it is shown from the root of this project on. */
export function pathOf({ file }: StackFrame): string {
  if (file.startsWith('file:')) return fileURLToPath(file);
  return file === '' || file.startsWith('node:') ? file : resolve(ROOT, file);
}

/** `pool.mjs:12` */
export function framePlace(frame: StackFrame): string {
  return `${basename(pathOf(frame))}:${frame.line}`;
}

/** V8 prefixes methods with their receiver's type: `BoundPool.connect` is a `connect` too. */
export function matchesName(functionName: string, name: string): boolean {
  return functionName === name || functionName.endsWith(`.${name}`);
}

/** The frame's line in its source file; '' for Node's own files and for lines that do not exist. */
export function sourceLine(frame: StackFrame): string {
  const path = pathOf(frame);
  if (path === '' || path.startsWith('node:')) return '';
  return readFileSync(path, 'utf8').split('\n')[frame.line - 1] ?? '';
}

/** The samples, largest first, as a person reads them. */
export function listing(samples: readonly TaskSample[]): string {
  if (samples.length === 0) return '  (no tasks)';
  return samples
    .toSorted((one, other) => other.tasks - one.tasks)
    .map((sample) => [head(sample), ...sample.stack.map((frame, i) => line(frame, i === sample.awaitIndex))].join('\n'))
    .join('\n');
}

function head({ tasks, oldestWaitMillis, labels }: TaskSample): string {
  return `  ${tasks} tasks, oldest ${oldestWaitMillis.toFixed(1)} ms, labels ${JSON.stringify(labels)}`;
}

function line(frame: StackFrame, isAwait: boolean): string {
  const place = `${frame.file}:${frame.line}:${frame.column}`;
  return `    ${isAwait ? 'await' : '     '} ${frame.functionName || '<anonymous>'} (${place})`;
}
