import * as taskprof from '../../../../src/index.ts';
import { application } from '../application.ts';
import { promiseHooksMade } from '../hooks.ts';
import { attempt } from './ask.ts';
import type { Scenario } from './scenario.ts';

/** So often have the hooks come when it ends; or so much of the load was there, where they don't any more. */
const COMINGS = 6;
const MOST_ROUNDS = 40;
const AWAITS = 4_000;

const exporter: taskprof.ProfileExporter = {
  export: () => Promise.resolve({ status: 'success' }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/** A load of which the hooks alone take many times what they may. */
export const switched: Scenario = async ({ begin, end, onRefused }) => {
  const instrumentation = new taskprof.TaskProfilerInstrumentation({
    enabled: false,
    overheadBudget: 5e-4,
    strongMillis: 1,
    exportIntervalMillis: 1_000,
    exportTimeoutMillis: 1_000,
    exporter,
  });
  begin();
  instrumentation.enable();
  const told = new Set([await application()]);
  const { profiler } = instrumentation;
  const before = promiseHooksMade();
  for (let round = 0; round < MOST_ROUNDS && profiler.running; round++) {
    told.add(await application());
    for (let i = 0; i < AWAITS; i++) await Promise.resolve();
    const comings = promiseHooksMade() - before;
    if (comings >= COMINGS) break;
    if (comings > 1) await attempt(() => profiler.snapshotIncremental(), onRefused);
    if (comings > 3) await attempt(() => profiler.burst({ durationMillis: 100 }), onRefused);
  }
  await instrumentation.shutdown();
  end();
  return [...told].join('\n');
};
