import { ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { withTaskLabels } from '../../src/base/task-labels.ts';
import { TaskProfiler } from '../../src/profiler.ts';
import type { SnapshotOptions } from '../../src/snapshot/snapshot-options.ts';
import { median, nextTurn } from './measure.ts';
import type { Report } from './report.ts';

const LIVE_TASKS = 100_000;
const MAX_TASKS = 1_024;
const ROUNDS = 25;
const LIMIT_MORE_MILLIS = 2;

/** Captures are rare with it, as under load; what is parked is not walked for its age. */
const WALKED = { sampling: 1, overheadBudget: 0.000_01, strongMillis: 60_000 } as const;

const traceIdOf = (task: number): string => (task + 1).toString(16).padStart(32, '0');

const FILTERS: Readonly<Record<string, SnapshotOptions>> = {
  'no filter': {},
  'minWaitMillis, all': { minWaitMillis: 1 },
  'one label, all': { labels: { service: 'shop' } },
  'one label, a tenth': { labels: { tenant: 'tenant-3' } },
  'a label that none has': { labels: { tenant: 'nobody' } },
  'one trace': { traceId: traceIdOf(50_000) },
  'matching, all': { matching: /acquire/ },
  'matching, none': { matching: /nowhere/ },
  'pinned label, a tenth': { pinnedLabels: { tenant: 'tenant-3' } },
  'all of them': { minWaitMillis: 1, labels: { tenant: 'tenant-3' }, matching: /acquire/ },
};

const releases: (() => void)[] = [];

async function acquire(): Promise<void> {
  await new Promise<void>((resolve) => releases.push(resolve));
}

async function handle(): Promise<void> {
  await acquire();
}

/** What the filters of a snapshot cost, each task with a trace of its own and two labels. */
export async function filters(report: Report): Promise<void> {
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  const profiler = new TaskProfiler(WALKED);
  profiler.start();
  for (let i = 0; i < LIVE_TASKS; i++) {
    const span = trace.wrapSpanContext({ traceId: traceIdOf(i), spanId: '00000000000000ab', traceFlags: 1 });
    context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
      withTaskLabels({ service: 'shop', tenant: `tenant-${i % 10}` }, () => void handle()),
    );
    if (i % 1_000 === 999) await nextTurn();
  }
  const millis: Record<string, number[]> = Object.fromEntries(Object.keys(FILTERS).map((name) => [name, []]));
  for (let round = -3; round < ROUNDS; round++) {
    for (const [name, options] of Object.entries(FILTERS)) {
      await nextTurn();
      const startedAt = performance.now();
      profiler.snapshot({ ...options, maxTasks: MAX_TASKS });
      if (round >= 0) millis[name]!.push(performance.now() - startedAt);
    }
  }
  profiler.stop();
  manager.disable();
  context.disable();
  for (const release of releases.splice(0)) release();
  compare(report, millis);
}

function compare(report: Report, millis: Readonly<Record<string, readonly number[]>>): void {
  report.section(
    `Filters of a snapshot (filters): 1,024 of ${LIVE_TASKS.toLocaleString('en')} live tasks, in one turn`,
  );
  for (const [name, values] of Object.entries(millis)) report.value(name, values, 'ms');
  const without = median(millis['no filter']!);
  for (const [name, values] of Object.entries(millis)) {
    if (name !== 'no filter')
      report.figure(`${name}, more than without`, median(values) - without, LIMIT_MORE_MILLIS, 'ms');
  }
}
