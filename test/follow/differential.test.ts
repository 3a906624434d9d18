import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Grammar, type Program, anyProgram } from '../support/random-programs.ts';
import { runProgram } from '../support/run-program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Accounts, type Disagreement, TwoAccounts } from '../support/two-accounts.ts';

// Random programs, run under an engine that captures and follows everything. After each step both ways have to give the same
// tasks at the same awaits. `npm run test:differential` runs 100,000 of each kind, `DIFFERENTIAL_PROGRAMS` and
// `DIFFERENTIAL_SEED` choose another number and other programs.
//
// What random programs leave out, because the two ways are known to differ there:
// - Always: functions that end by `return <promise>` of something else than a call that they end with. Where they were parked
//   before, captures go on to take their caller's await for a call, though nothing of that call is parked; walks count it.
//   And `for await` over a shared promise, whose reactions no hook sees.
// - With nothing learned, also what events and walks do not tell: calls that are joined or raced with no event in between,
//   combinators of a shared promise, promises that are resolved by a callback, links that `for await` continues.
// - Runs so long that captures are uncertain of themselves: they forget calls that were made over 64 events ago.
// - At which of its awaits a program with `Promise.race` waits, only how often in all: a race adds no frame of its own to a walk, so
//   what was learned of a function that waits for one, and of its caller that joins it, can't be told apart.
// - Shared promises in runs that make more promises than are remembered: who awaits a forgotten one is known by its walk only.

const PROGRAMS = Number(process.env.DIFFERENTIAL_PROGRAMS ?? 1_000);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);

type Account = (accounts: TwoAccounts) => Accounts;

async function expectAgreement(program: Program, account: Account): Promise<void> {
  const accounts = new TwoAccounts(seededRandom(1));
  try {
    await runProgram(program, (step) => {
      const { disagreements, unknown } = account(accounts);
      if (!accounts.engine.isCapturedAll) return;
      if (accounts.engine.registry.doubts > 0 && program.source.includes('shared')) return;
      const { unexplained } = unknown;
      if (program.source.includes('Promise.race')) {
        assert.deepEqual(
          { step, surplus: surplusOf(disagreements), unexplained },
          { step, surplus: 0, unexplained: 0 },
        );
      } else assert.deepEqual({ step, disagreements, unexplained }, { step, disagreements: [], unexplained: 0 });
    });
  } finally {
    accounts.stop();
  }
}

/** How many more tasks walks see than captures, in all. */
function surplusOf(disagreements: readonly Disagreement[]): number {
  return Math.round(disagreements.reduce((sum, { walked, captured }) => sum + walked - captured, 0) * 1e6) / 1e6;
}

function check(grammar: Grammar, account: Account): Promise<void> {
  const property = fc.asyncProperty(anyProgram(grammar), (program) => expectAgreement(program, account));
  return fc.assert(property, { numRuns: PROGRAMS, seed: SEED });
}

describe('random programs', function () {
  this.timeout(0);
  const listeners = process.listeners('unhandledRejection');

  before(() => {
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', () => undefined);
  });

  after(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });

  it('are counted by walks as by captures, with nothing learned', () =>
    check({ isPlain: true }, (accounts) => accounts.untaught()));

  it('are counted by walks as by captures, once captures have taught', () =>
    check({ isPlain: false }, (accounts) => accounts.taughtByThese()));
});
