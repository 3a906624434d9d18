import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  OtlpProfileExporter,
  type ResourceSnapshot,
  TaskProfilerInstrumentation,
  withTaskLabels,
} from '../../src/index.ts';
import { runAsOwn } from '../../src/base/own-context.ts';
import { pathOf } from '../support/frames.ts';
import { expectMade } from '../support/resources.ts';
import { until } from '../support/settled.ts';

const OWN = new URL('../../src/', import.meta.url).pathname;

for (const hasContextManager of [true, false]) {
  describe(`the profiler's own resources, ${hasContextManager ? 'with' : 'without'} a context manager`, () => {
    let server: Server;
    let held: ServerResponse[];
    let instrumentation: TaskProfilerInstrumentation;
    const snapshot = (): ResourceSnapshot => instrumentation.profiler.resourceSnapshot();

    before(() => {
      if (hasContextManager) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    });

    after(() => context.disable());

    function listen(): void {
      server.listen(0);
    }

    beforeEach(async () => {
      held = [];
      server = createServer((_, response) => held.push(response));
      instrumentation = new TaskProfilerInstrumentation({ enabled: false, resources: true, exporter: [] });
      listen();
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      // By name: so there is a look-up as well.
      const exporter = new OtlpProfileExporter({ url: `http://localhost:${port}/v1development/profiles` });
      instrumentation.setConfig({ resources: { sampling: 'all' }, exporter, exportTimeoutMillis: 5_000 });
      instrumentation.enable();
    });

    afterEach(async () => {
      instrumentation.disable();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });

    function setOne(): NodeJS.Timeout {
      return setTimeout(() => undefined, 60_000);
    }

    it('are not in it while an export is under way, and those of the application are', async () => {
      const timer = setOne();
      const flushed = instrumentation.forceFlush();
      await until(() => held.length === 1);
      expectMade('setOne', snapshot(), ['1 timer pending']);
      const { samples } = snapshot();
      // The receiver is the application's here: what it accepted stays. The exporter's end is not there.
      const kinds = samples.map(
        ({ kind, stack }) => `${kind} ${stack.map(pathOf).some((path) => path.startsWith(OWN))}`,
      );
      assert.ok(!kinds.some((kind) => /HTTP request|connect|DNS|true/.test(kind)), kinds.join(', '));
      const sockets = samples.filter(({ kind }) => kind === 'TCP socket');
      assert.ok(sockets.every(({ stack }) => stack[0]!.functionName === '(stack not known)'));
      held[0]!.end();
      await flushed;
      clearTimeout(timer);
      expectMade('setOne', snapshot(), []);
    });

    it('include what they make in callbacks, where nothing of the profiler is on the stack', async () => {
      const timers: NodeJS.Timeout[] = [];
      runAsOwn(() => setTimeout(() => timers.push(setOne()), 1));
      await until(() => timers.length === 1);
      expectMade('setOne', snapshot(), []);
      clearTimeout(timers[0]);
    });

    it('do not include what the application makes under labels', () => {
      const timer = withTaskLabels({ tenant: 'acme' }, setOne);
      expectMade('setOne', snapshot(), ['1 timer pending']);
      clearTimeout(timer);
    });
  });
}
