import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { runPattern } from '../support/run-pattern.ts';
import type { ModuleKind } from '../support/patterns.ts';
import { families } from './patterns/index.ts';

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
