import assert from 'node:assert/strict';
import { fixture, runNode } from '../support/child.ts';

/** What test/fixtures/fallback/tasks.mjs says of its second start. */
interface Seen {
  readonly running: boolean;
  readonly totalTasks: number;
  readonly sources: readonly string[];
  readonly isFollowing: boolean;
  readonly lines: readonly string[];
}

const capturedOnly = (reason: string): Seen => ({
  running: true,
  totalTasks: 10,
  sources: ['captured'],
  isFollowing: false,
  lines: [`warn otel-taskprof: tasks are captured at their awaits only, and not followed: ${reason}`],
});

const followed: Seen = { running: true, totalTasks: 10, sources: ['captured'], isFollowing: true, lines: [] };

const NO_STACKS =
  'error otel-taskprof: profiling is switched off: Error.prepareStackTrace is locked: stacks cannot be read';

interface Case {
  readonly title: string;
  readonly args: readonly string[];
  readonly seen: Seen;
}

const preload = (name: string): readonly string[] => ['--import', fixture(`fallback/${name}.mjs`)];

const cases: readonly Case[] = [
  { title: 'follows tasks where nothing speaks against it', args: [], seen: followed },
  { title: 'follows tasks under the permission model', args: ['--permission', '--allow-fs-read=*'], seen: followed },
  {
    title: 'follows tasks where code cannot be made from strings',
    args: ['--disallow-code-generation-from-strings'],
    seen: followed,
  },
  {
    title: 'only captures, and says once why, where V8 has no async stack traces',
    args: ['--no-async-stack-traces'],
    seen: capturedOnly('a walk of a known chain found []'),
  },
  {
    title: 'only captures, and says once why, where there are no contexts',
    args: preload('no-contexts'),
    seen: capturedOnly('contexts are forbidden'),
  },
  {
    title: 'only captures, and says once why, where a context has no microtask queue of its own',
    args: preload('shared-queue'),
    seen: capturedOnly('2 of 2 walks did not come back'),
  },
  {
    title: 'switches off, and says only that, where intrinsics are frozen',
    args: ['--frozen-intrinsics', '--no-warnings'],
    // Each of the two starts ends.
    seen: { running: false, totalTasks: 0, sources: [], isFollowing: false, lines: [NO_STACKS, NO_STACKS] },
  },
];

describe('startEngine', () => {
  for (const { title, args, seen } of cases) {
    it(title, async () => {
      const { stdout, stderr } = await runNode([...args, fixture('fallback/tasks.mjs')]);
      assert.equal(stderr, '');
      assert.deepEqual(JSON.parse(stdout), seen);
    });
  }
});
