import { compileFunction } from 'node:vm';
import type { Program } from './random-programs.ts';
import { type Gate, gate, inOwnTurn } from './settled.ts';

/** Calls of one program: recursions end. */
const MAX_CALLS = 40;

const NAMES = ['gate', 'shared', 'release', 'mark', 'isSpent', 'thenable', 'noop'] as const;

/** Runs the program, and looks after its start and after each step, when everything that could run has run. */
export async function runProgram({ source, steps }: Program, look: (step: number) => void): Promise<void> {
  const pending: Gate[] = [];
  const shared = gate();
  const start = compileFunction(source, NAMES, { filename: '/program.js' }) as (...args: unknown[]) => void;
  let calls = 0;
  const tools: Record<(typeof NAMES)[number], unknown> = {
    gate: () => {
      const made = gate();
      pending.push(made);
      return made.promise;
    },
    shared: shared.promise,
    release: () => pending.shift()?.open(),
    mark: () => void new Promise(() => undefined),
    isSpent: () => ++calls > MAX_CALLS,
    thenable: (value: unknown) => ({
      then: (resolve: (value: unknown) => void) => Promise.resolve(value).then(resolve),
    }),
    noop: () => undefined,
  };
  // What is made before the first job is of one run with what comes after it.
  await inOwnTurn(() => undefined);
  await inOwnTurn(() => start(...NAMES.map((name) => tools[name])));
  await inOwnTurn(() => look(0));
  for (const [i, opened] of steps.entries()) {
    await inOwnTurn(() => pending.splice(opened % Math.max(pending.length, 1), 1)[0]?.open());
    await inOwnTurn(() => look(i + 1));
  }
}
