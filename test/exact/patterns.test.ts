import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { runPattern } from '../support/run-pattern.ts';
import type { ModuleKind, Pattern } from '../support/patterns.ts';
import { calls } from './patterns/calls.ts';
import { combinators } from './patterns/combinators.ts';
import { entries } from './patterns/entries.ts';
import { forks } from './patterns/forks.ts';
import { functions } from './patterns/functions.ts';
import { iteration } from './patterns/iteration.ts';
import { joins } from './patterns/joins.ts';
import { nodeIteration } from './patterns/node-iteration.ts';
import { recursion } from './patterns/recursion.ts';
import { values } from './patterns/values.ts';
import { wrappers } from './patterns/wrappers.ts';

const families: Record<string, readonly Pattern[]> = {
  calls,
  wrappers,
  forks,
  joins,
  combinators,
  recursion,
  functions,
  iteration,
  "iteration with Node's modules": nodeIteration,
  values,
  entries,
};

function describeAll(kind: ModuleKind): void {
  for (const [family, patterns] of Object.entries(families)) {
    describe(family, () => {
      for (const pattern of patterns) it(`counts ${pattern.name}`, () => runPattern(pattern, kind));
    });
  }
}

describe('exact counts, patterns as ES modules', () => describeAll('ES module'));

describe('exact counts, patterns as CommonJS', () => describeAll('CommonJS'));

// On Node 22 AsyncLocalStorage itself is a user of promise hooks: Node then calls ours through a dispatcher.
describe('exact counts, beside a registered context manager', () => {
  const manager = new AsyncLocalStorageContextManager();

  before(() => {
    manager.enable();
    context.setGlobalContextManager(manager);
  });

  after(() => context.disable());

  describeAll('ES module');
});
