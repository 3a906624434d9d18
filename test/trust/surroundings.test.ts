import assert from 'node:assert/strict';
import { fixture, runNode } from '../support/child.ts';

/** What test/fixtures/trust/surroundings.mjs prints: of a profiler that captures, and of one that walks. */
interface Seen {
  readonly running: boolean;
  readonly captured: { readonly tasks: number; readonly isSane: boolean };
  readonly walked: { readonly tasks: number; readonly isSane: boolean };
  /** Types of the profiles that were exported. */
  readonly measures: readonly string[];
  /** Whether they have the time of day that it is. */
  readonly isTimely: boolean;
  readonly said: readonly string[];
}

const ALL_IS_WELL: Seen = {
  running: true,
  captured: { tasks: 10, isSane: true },
  walked: { tasks: 10, isSane: true },
  measures: ['tasks', 'wait'],
  isTimely: true,
  said: [],
};

const OFF = 'otel-taskprof: profiling is switched off: Error.prepareStackTrace is locked: stacks cannot be read';
const NOTHING = { tasks: 0, isSane: true };

const surroundings: Record<string, Partial<Seen>> = {
  'the clock goes back': {},
  'the clock goes ahead': {},
  'the clock is nonsense': {},
  'the clock has fractions': {},
  'prepareStackTrace throws': {},
  'prepareStackTrace gives nonsense': {},
  'prepareStackTrace is none': {},
  'captureStackTrace throws': {},
  'another context': {},
  'a context with a queue of its own': {},
  // Exports are made of promises as well.
  'intrinsics replaced': { measures: [], said: ['otel-taskprof: the flush met an error: resolve is not a function'] },
};

const flags: Record<string, Partial<Seen>> = {
  // One line for each of the two profilers.
  '--frozen-intrinsics': { running: false, captured: NOTHING, walked: NOTHING, measures: [], said: [OFF, OFF] },
  '--permission --allow-fs-read=*': {},
  '--disallow-code-generation-from-strings': {},
  '--disable-proto=throw': {},
  '--stack-trace-limit=0': {},
  '--no-async-stack-traces': {
    said: [
      'otel-taskprof: tasks are captured at their awaits only, and not followed: a walk of a known chain found []',
    ],
  },
  // Node.js 22 knows no such frame, and no such option.
  ...(process.allowedNodeEnvironmentFlags.has('--async-context-frame') &&
  process.allowedNodeEnvironmentFlags.has('--no-async-context-frame')
    ? { '--no-async-context-frame': {} }
    : {}),
};

describe('in surroundings that are not the usual ones', () => {
  for (const [name, seen] of Object.entries(surroundings)) {
    it(`tasks are counted, or it says why not: ${name}`, () => expectSeen([], name, seen));
  }
  for (const [flag, seen] of Object.entries(flags)) {
    it(`tasks are counted, or it says why not: node ${flag}`, () => expectSeen(flag.split(' '), 'plain', seen));
  }
});

async function expectSeen(args: readonly string[], name: string, expected: Partial<Seen>): Promise<void> {
  const { stdout, stderr } = await runNode([...args, fixture('trust/surroundings.mjs'), name]);
  assert.ok(stdout.startsWith('{'), stderr);
  const { walked, ...seen } = JSON.parse(stdout) as Seen;
  // Chosen with a probability just below 1.
  const tasks = Math.round(walked.tasks);
  assert.deepEqual({ ...seen, walked: { ...walked, tasks } }, { ...ALL_IS_WELL, ...expected });
}
