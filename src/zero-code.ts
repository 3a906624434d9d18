import { isMainThread } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { hasDebugSockets } from './base/debug-socket.ts';
import { runWithDiagLogger, setDiagLogger } from './base/diag-logger.ts';
import { guarded, takeAll, tellFault } from './base/faults.ts';
import { resolveInstrumentationSettings } from './config/instrumentation-config.ts';
import { openAttachSocket } from './debug/attach-socket.ts';
import { ProfilingPipeline } from './pipeline.ts';
import { MainThreadExporter } from './workers/main-thread-exporter.ts';
import { ThreadChannel } from './workers/thread-channel.ts';
import { joinMainThread, type WorkerPart } from './workers/worker-membership.ts';
import { zeroCodeRun } from './zero-code-run.ts';

const END_FAULT = 'the end of otel-taskprof/register met an error';

/** An SDK that the application sets up has set its own logger by then. */
const DIAG_LOGGER_DELAY_MILLIS = 1_000;

/**
 * Profiles this thread with what the environment says, for as long as it lives. Whatever OpenTelemetry SDK the application
 * sets up, before or after, is found; there need not be one. Only the main thread gets signals.
 */
export function startZeroCode(): void {
  zeroCodeRun.beginOnce(() => {
    const undo: (() => void)[] = [];
    const end = (): void => takeAll(END_FAULT, undo.toReversed());
    try {
      begin(undo);
    } catch (thrown) {
      end();
      throw thrown;
    }
    return { end };
  });
}

/** `undo` gets what ends it, step by step. */
function begin(undo: (() => void)[]): void {
  const channel = isMainThread ? undefined : ThreadChannel.offered();
  const exporter = channel && new MainThreadExporter(channel);
  const pipeline = runWithDiagLogger(() => startPipeline(exporter, undo));
  undo.push(logDiagSoon());
  if (isMainThread) undo.push(deliverOnSigterm(pipeline));
  if (exporter && pipeline.profiler.running) undo.push(joinMainThread(channel, partOf(pipeline, exporter)));
}

/** What this worker hands over to the main thread. */
function partOf(pipeline: ProfilingPipeline, exporter: MainThreadExporter): WorkerPart {
  return {
    flush: () => pipeline.forceFlush(),
    flushNow() {
      const profiles = pipeline.endNow();
      if (profiles.length > 0) exporter.handOver(profiles);
    },
  };
}

/** `mainThread`: where a worker's profiles go; the main thread decides what becomes of them. */
function startPipeline(mainThread: MainThreadExporter | undefined, undo: (() => void)[]): ProfilingPipeline {
  const settings = resolveInstrumentationSettings();
  // A process has one socket: that of its main thread.
  const isAttachable = settings.attach && isMainThread && hasDebugSockets;
  // Nobody else could ask this profiler for anything.
  const isOfUse = mainThread !== undefined || settings.exporters.exporters.length > 0 || isAttachable;
  if (!isOfUse) diag.info('otel-taskprof: there is no exporter, so nothing is profiled');
  const exporters = mainThread && [mainThread];
  const pipeline = new ProfilingPipeline({ ...settings, enabled: settings.enabled && isOfUse }, exporters);
  undo.push(pipeline.stop.bind(pipeline));
  pipeline.start();
  if (isAttachable && pipeline.profiler.running) undo.push(openAttachSocket(pipeline.profiler));
  return pipeline;
}

/** Sets the logger that `OTEL_LOG_LEVEL` asks for once the application has had the time for it, or at its end. */
function logDiagSoon(): () => void {
  const setLogger = guarded('the logger of diag met an error', () => void setDiagLogger());
  const timer = setTimeout(setLogger, DIAG_LOGGER_DELAY_MILLIS).unref();
  process.prependOnceListener('beforeExit', setLogger);
  const undo = [clearTimeout.bind(null, timer), process.removeListener.bind(process, 'beforeExit', setLogger)];
  return takeAll.bind(null, END_FAULT, undo);
}

/**
 * Delivers what is pending when the process is told to end. Where nobody else listens the signal then does what it does by
 * default; else the end of the process is theirs. First in line and gone before the others are called, because some tools
 * (signal-exit) end the process only where they are the only listeners; and then a second signal ends it at once.
 */
function deliverOnSigterm(pipeline: ProfilingPipeline): () => void {
  const onSigterm = async (): Promise<void> => {
    const endsByDefault = process.listenerCount('SIGTERM') === 0;
    try {
      setDiagLogger();
      await (endsByDefault ? pipeline.shutdown() : pipeline.forceFlush());
    } catch (thrown) {
      tellFault('the delivery at SIGTERM met an error', thrown);
    }
    // Whatever became of that: the process was told to end.
    if (endsByDefault) process.kill(process.pid, 'SIGTERM');
  };
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- never rejects
  process.prependOnceListener('SIGTERM', onSigterm);

  return process.removeListener.bind(process, 'SIGTERM', onSigterm);
}
