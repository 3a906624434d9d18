import assert from 'node:assert/strict';
import { families } from '../exact/patterns/index.ts';
import { streamsGenerate } from '../exact/patterns/node-iteration.ts';
import type { Pattern } from '../support/patterns.ts';
import { playPattern } from '../support/play-pattern.ts';
import { inOwnTurn } from '../support/settled.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Accounts, TwoAccounts } from '../support/two-accounts.ts';

// Each way of writing asynchronous code, counted by captures and by walks alone at the same moments. A walk that comes back
// empty has a reason (a settled or shared promise, a `.then` that nobody awaits): such rows are counted, their stacks are not.

const STARTS = 50;

/** The moment at which microtasks are still to run: thenables have not been asked yet, values are still awaited. */
const START = 'in the turn of the start';

const JOIN =
  'a call that is joined with no event since it parked looks like `await call()`: one task less, until taught';
const RACE =
  'a part of a race is walked like the await of the race: a task for each part but one too many, until taught';
const SUBCLASS = 'the species of a subclass makes promises that are no links to the hooks: counted twice, until taught';
const WRAPPER = 'the wrapper of a value that is not drained yet has the parts of what came before: one task less';
const CALLBACK =
  'a `.then` in an executor, whose callback resolves, looks like a call that awaits a shared promise: until taught';
const SETTLED =
  'a part that is settled and has not resumed tells nothing, nor that the join is none of a call: one task less';
const NOT_YET = 'the promise has not been asked yet by its wrapper: nobody is found who waits';

interface Exception {
  /** At the start only. */
  readonly isBrief?: true;
  readonly why: string;
}

/** Patterns that walks alone count otherwise than captures. */
const UNTAUGHT: Readonly<Record<string, Exception>> = {
  'spawn, then join': { why: JOIN },
  'spawn and join on one line': { why: JOIN },
  'spawn and join in one declaration': { why: JOIN },
  'spawn and join after a resume': { why: JOIN },
  'two spawns, joined one after the other': { why: JOIN },
  'spawn in a loop, join in a loop': { why: JOIN },
  'a spawn from a parameter default': { why: JOIN },
  'an async executor of an awaited new Promise': { why: JOIN },
  'a worker that is raced again and again': { why: RACE },
  ...(!streamsGenerate && { 'a readable stream': { why: CALLBACK } }),
  'a subclass of Promise': { why: SUBCLASS },
  'a promise of another realm': { why: NOT_YET, isBrief: true },
  'Promise.all with a .then() on it, one of whose parts is settled': { why: SETTLED, isBrief: true },
  'a started promise that is awaited much later': { why: WRAPPER, isBrief: true },
  'tasks that a task starts one after the other': { why: WRAPPER, isBrief: true },
};

/** The same once captures have taught. */
const TAUGHT: Readonly<Record<string, Exception>> = {};

describe('walks of the patterns', () => {
  for (const [family, patterns] of Object.entries(families)) {
    describe(family, () => {
      for (const pattern of patterns) describe(pattern.name, () => holdAgainstCaptures(pattern));
    });
  }

  it('names no exception that is no pattern', () => {
    const names = new Set(Object.values(families).flatMap((patterns) => patterns.map(({ name }) => name)));
    const unknown = [...Object.keys(UNTAUGHT), ...Object.keys(TAUGHT)].filter((name) => !names.has(name));
    assert.deepEqual(unknown, []);
  });
});

function holdAgainstCaptures(pattern: Pattern): void {
  const untaught = new Map<string, Accounts>();
  const taught = new Map<string, Accounts>();

  before(async () => {
    const accounts = new TwoAccounts(seededRandom(1));
    const look = (moment: string): void => {
      untaught.set(moment, accounts.untaught());
      if (moment !== START) taught.set(moment, accounts.taught());
    };
    try {
      const count = Math.min(pattern.count ?? STARTS, STARTS);
      await playPattern({ ...pattern, count }, 'ES module', look, inOwnTurn);
    } finally {
      accounts.stop();
    }
  });

  expectAgreement('with nothing learned', untaught, UNTAUGHT[pattern.name]);
  expectAgreement('once captures have taught', taught, TAUGHT[pattern.name]);
}

function expectAgreement(when: string, accounts: ReadonlyMap<string, Accounts>, exception?: Exception): void {
  const moments = exception?.isBrief === true ? 'at its start ' : '';
  const title =
    exception === undefined ? `agrees with captures ${when}` : `differs ${moments}${when}: ${exception.why}`;
  it(title, () => {
    const faults = faultsOf(accounts);
    if (exception === undefined) assert.deepEqual(faults, {});
    else if (exception.isBrief === true) assert.deepEqual(Object.keys(faults), [START]);
    else assert.notDeepEqual(faults, {}, 'the exception holds no more');
  });
}

function faultsOf(accounts: ReadonlyMap<string, Accounts>): Record<string, unknown> {
  const faults: Record<string, unknown> = {};
  for (const [moment, { disagreements, unknown }] of accounts) {
    if (disagreements.length > 0 || unknown.unexplained > 0) {
      faults[moment] = { disagreements, unexplained: unknown.unexplained };
    }
  }
  return faults;
}
