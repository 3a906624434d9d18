import { OWN_FOLDER } from '../base/own-folder.ts';
import type { StackFrame } from '../base/types.ts';

/** What a frame is to the profiler, as bits, decided once for each frame. */
export const FrameKind = {
  /** A function of the engine (`new Promise`, `Promise.then`, `Array.map`): no file, no position. */
  builtin: 1,
  /** `Promise.prototype.then`: its promise is a link between two others, not an await. */
  then: 2,
  /** `next`, `return`, `throw` of an async generator: calls into code, as an async function does. */
  resume: 4,
  /** Node's own dispatcher of promise hooks, on top of a stack where another user of hooks is active. */
  dispatcher: 8,
  /** Node's task queues and timers, which can stand between a resumed function and its async callers. */
  queue: 16,
  /** Node's module loader: its awaits are no tasks of the application. */
  loader: 32,
  /** This package: what it awaits is no task of the application. */
  own: 64,
  /** What stands between functions of the application and says nothing: `withTaskLabels`, Node's wrappers of builtins. */
  hidden: 128,
} as const;

const RESUMES = new Set(['next', 'return', 'throw']);
const DISPATCHERS = new Set(['node:internal/promise_hooks', 'node:internal/async_hooks']);
const QUEUES = new Set(['node:internal/process/task_queues', 'node:internal/timers']);
/** Node's own wrappers of builtins. */
const WRAPPERS = 'node:internal/per_context/';
/** Code of the application runs inside of these: the build leaves each of them a file of its own. */
const TRANSPARENT_FILES = ['base/task-labels.', 'cpu/context-storage.'].map((file) => OWN_FOLDER + file);

export function frameKindOf({ functionName, file }: StackFrame): number {
  if (file === '') return builtinKindOf(functionName.slice(functionName.lastIndexOf('.') + 1));
  if (DISPATCHERS.has(file)) return FrameKind.dispatcher;
  if (QUEUES.has(file)) return FrameKind.queue;
  if (file.startsWith(WRAPPERS)) return FrameKind.hidden;
  if (file.startsWith('node:internal/modules/')) return FrameKind.loader;
  if (TRANSPARENT_FILES.some((transparent) => file.startsWith(transparent))) return FrameKind.hidden;
  return file.startsWith(OWN_FOLDER) ? FrameKind.own : 0;
}

function builtinKindOf(name: string): number {
  if (name === 'then') return FrameKind.builtin | FrameKind.then;
  return RESUMES.has(name) ? FrameKind.builtin | FrameKind.resume : FrameKind.builtin;
}
