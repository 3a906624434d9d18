import assert from 'node:assert/strict';
import { fixture, runNode } from '../support/child.ts';

interface Seen {
  readonly running: boolean;
  readonly totalTasks: number;
  readonly samplingProbability: number;
  /** Of the application's `Error.prepareStackTrace`, which nothing but the profiler can have caused. */
  readonly calls: number;
  /** Lines on `diag`. */
  readonly errors: readonly string[];
}

const EXACT: Seen = { running: true, totalTasks: 10, samplingProbability: 1, calls: 0, errors: [] };
const off = (reason: string): Seen => ({
  running: false,
  totalTasks: 0,
  samplingProbability: 0,
  calls: 0,
  errors: [`otel-taskprof: profiling is switched off: ${reason}`],
});

const NO_STACKS = off('Error.stackTraceLimit is locked without a limit: there are no stacks');
const NOT_READABLE = off('Error.prepareStackTrace is locked: stacks cannot be read');

const cases: Record<string, Seen> = {
  none: EXACT,
  stackTraceLimit: EXACT,
  captureStackTrace: EXACT,
  stackTraceLimitZero: NO_STACKS,
  stackTraceLimitGetter: NO_STACKS,
  prepareStackTrace: NOT_READABLE,
  all: NOT_READABLE,
};

describe('where the application has locked Error', () => {
  for (const [property, expected] of Object.entries(cases)) {
    for (const moment of ['before', 'after']) {
      it(`counts exactly or says that it can't: ${property}, ${moment} the start`, async () => {
        const { stdout, stderr } = await runNode([fixture('hardened/tasks.mjs'), property, moment]);
        assert.equal(stderr, '');
        const seen = JSON.parse(stdout) as Seen;
        // What was seen until it was switched off may still be in a snapshot of that very turn.
        if (!expected.running) assert.ok(seen.samplingProbability < 1);
        assert.deepEqual(expected.running ? seen : { ...seen, samplingProbability: 0 }, expected);
      });
    }
  }
});
