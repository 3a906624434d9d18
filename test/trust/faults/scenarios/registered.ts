import { join } from 'node:path';
import { TaskProfilerInstrumentation } from '../../../../src/index.ts';
import { startZeroCode } from '../../../../src/zero-code.ts';
import { application } from '../application.ts';
import { answerTo, attempt } from './ask.ts';
import type { Scenario, Surroundings } from './scenario.ts';

const RUN = Symbol.for('otel-taskprof zero-code run');

/** What `register.ts` does, as often as it has to be done. */
function register({ receiver, folder, onRefused }: Surroundings): void {
  Object.assign(process.env, {
    XDG_RUNTIME_DIR: folder,
    OTEL_SERVICE_NAME: 'shop',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'tenant=t',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000000',
    OTEL_PROFILES_EXPORTER: 'otlp,file',
    OTEL_TASKPROF_FILE_FOLDER: folder,
    OTEL_TASKPROF_SAMPLING: 'all',
    OTEL_TASKPROF_EXPORT_INTERVAL: '10000',
    OTEL_TASKPROF_EXPORT_TIMEOUT: '10000',
    OTEL_TASKPROF_ORIGINAL_PAYLOAD: 'true',
    OTEL_TASKPROF_MAX_TASKS: 'many',
    OTEL_TASKPROF_TRIGGER_LIVE_TASKS: '100000',
    OTEL_TASKPROF_LABEL_BAGGAGE: 'user,tenant',
    OTEL_TASKPROF_STUCK_MILLIS: 'Infinity',
    OTEL_TASKPROF_CPU: 'false',
  });
  // One that could not be ended goes on.
  if (Reflect.get(globalThis, RUN) === null) Reflect.deleteProperty(globalThis, RUN);
  try {
    startZeroCode();
  } catch {
    onRefused();
  }
}

/** The zero-code entry point, as Node loads it: asked over its socket, told to end, and taken over by an instrumentation. */
export const registered: Scenario = async (at) => {
  const instrumentation = new TaskProfilerInstrumentation({ enabled: false, exporter: [] });
  at.begin();
  register(at);
  const told = await application();
  await askSocket(at);
  const others = (): void => undefined;
  process.once('SIGTERM', others);
  process.emit('SIGTERM', 'SIGTERM');
  process.removeListener('SIGTERM', others);
  instrumentation.enable();
  instrumentation.disable();

  register(at);
  await application();
  process.emit('beforeExit', 0);
  await endedBySignal();
  at.end();
  // What could not be ended with a fault in the way can be now.
  instrumentation.enable();
  instrumentation.disable();
  return told;
};

async function askSocket({ folder, onRefused }: Surroundings): Promise<void> {
  const socketPath = join(folder, `otel-taskprof-${process.geteuid?.()}`, `${process.pid}.sock`);
  await attempt(() => answerTo({ socketPath, path: '/debug/tasks?debug=2' }), onRefused);
}

/** It sends the signal on when all is delivered: not here. */
async function endedBySignal(): Promise<void> {
  const kill = process.kill.bind(process);
  const sent = new Promise<void>((resolve) => {
    process.kill = () => {
      resolve();
      return true;
    };
  });
  try {
    // Where it does not run the signal finds nobody.
    if (process.emit('SIGTERM', 'SIGTERM')) await sent;
  } finally {
    process.kill = kill;
  }
}
