import assert from 'node:assert/strict';
import { type Context, ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { runAsOwn } from '../../src/base/own-context.ts';
import { EMPTY_TASK_CONTEXT, TaskContextReader } from '../../src/capture/task-context.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';
import { withTaskLabels } from '../../src/index.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const inSpan = (span: { traceId: string; spanId: string }): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { ...span, traceFlags: 1 });

describe('TaskContextReader', () => {
  const reader = new TaskContextReader(taskLabelConfig({ spanAttributes: ['route', 'tier'] }));
  const labelled = (): Context => withTaskLabels({ tenant: 'acme' }, () => context.active());

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  it('reads the ids of the active span, and nothing else of it', () => {
    assert.deepEqual(reader.read(inSpan(SPAN))?.span, SPAN);
  });

  it('reads nothing where there is no span, or one without ids, and no label', () => {
    assert.equal(reader.read(ROOT_CONTEXT), EMPTY_TASK_CONTEXT);
    assert.equal(reader.read(inSpan({ ...SPAN, traceId: '0'.repeat(32) })), EMPTY_TASK_CONTEXT);
  });

  it('reads labels without a span', () => {
    const { span, labels } = reader.read(labelled())!;
    assert.deepEqual([span, labels.values], [undefined, { tenant: 'acme' }]);
  });

  it('knows the own work of the profiler', () => {
    assert.equal(
      runAsOwn(() => reader.read(context.active())),
      undefined,
    );
  });

  describe('completes labels that were read before', () => {
    const known = reader.read(ROOT_CONTEXT)!.labels;

    it('by what has come to the attributes since, of the first that has one', () => {
      const attributes = [undefined, { tier: ['no', 'yes'] }, { tier: 'gold', route: '/orders', other: 1 }];
      assert.deepEqual(reader.completedLabels(known, attributes).values, { route: '/orders', tier: 'no,yes' });
    });

    it('and leaves what was known, and the very object where nothing came', () => {
      const first = reader.completedLabels(known, [{ tier: 'gold' }]);
      assert.deepEqual(reader.completedLabels(first, [{ tier: 'tin', route: '/' }]).values, {
        route: '/',
        tier: 'gold',
      });
      assert.equal(reader.completedLabels(first, [{ tier: 'tin' }, undefined]), first);
    });
  });
});
