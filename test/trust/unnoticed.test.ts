import assert from 'node:assert/strict';
import { type ChildResult, fixture, runNode } from '../support/child.ts';
import { usePostgres } from '../support/postgres.ts';

// What programs see that drive well-known packages hard: results, the order of events, error stacks with their causes,
// rejections that nobody handles, warnings, what keeps the process alive at its end, exit code. See fixtures/trust/journal.mjs.

interface Program {
  readonly name: string;
  /** What it says without the profiler as well: that it does what it is for. */
  readonly says: RegExp;
  readonly exitCode?: number;
  readonly usesPostgres?: boolean;
}

/** Captured at each await; followed, and walked in each turn of the event loop. */
const PROFILED = ['profiled', 'walking'] as const;

const programs: readonly Program[] = [
  { name: 'aplus', says: /^872 pass\n$/ },
  {
    name: 'p-queue',
    says: /timeout fails TimeoutError[^]*unhandledRejection Error: nobody waits[^]*exit 4/,
    exitCode: 4,
  },
  { name: 'generic-pool', says: /factoryCreateError resource 17[^]*timeout fails TimeoutError[^]*exit 0/ },
  { name: 'async', says: /waterfall fails Error: bad b[^]*cargo of 0,1,2,3[^]*unhandledRejection Error: nobody waits/ },
  { name: 'rxjs', says: /broken error thirteen[^]*iterable gives 150[^]*unhandledRejection Error: nobody waits/ },
  { name: 'undici', says: /aborted fails Error[^]*retried gives "200"[^]*header timeout[^]*late TypeError/ },
  { name: 'fastify', says: /onError Error: no such order \| at repository[^]*at async service[^]*closed fails/ },
  {
    name: 'pg',
    says: /notification hello[^]*cancelled fails[^]*unhandledRejection error: column/,
    usesPostgres: true,
  },
  {
    name: 'knex',
    says: /move 3 fails[^]*inner no move to 3[^]*bad column fails[^]*unhandledRejection/,
    usesPostgres: true,
  },
];

describe('applications do not notice the profiler', () => {
  const postgres = usePostgres();

  for (const { name, says, exitCode = 0, usesPostgres } of programs) {
    it(name === 'aplus' ? 'promises pass the Promises/A+ suite' : `${name} does the same`, async () => {
      const run = (preload: string): Promise<ChildResult> =>
        runNode([
          ...['--expose-gc', '--disable-warning=PromiseRejectionHandledWarning'],
          ...['--import', fixture(`unnoticed/${preload}.mjs`), fixture(`trust/${name}.mjs`)],
          ...(usesPostgres ? [JSON.stringify(postgres())] : []),
        ]);
      const [without, ...others] = (await Promise.all(['unprofiled', ...PROFILED].map(run))) as [
        ChildResult,
        ...ChildResult[],
      ];
      assert.match(without.stdout + without.stderr, says);
      assert.equal(without.exitCode, exitCode);
      for (const [i, profiled] of others.entries()) {
        assert.ok(Number(profiled.aside) > 0, `${PROFILED[i]} saw no tasks: ${profiled.stderr}`);
        assert.deepEqual({ ...profiled, aside: '' }, { ...without, aside: '' }, PROFILED[i]);
      }
    });
  }
});
