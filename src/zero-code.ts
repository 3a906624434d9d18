import { isMainThread } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import { hasDebugSockets } from './base/debug-socket.ts';
import { runWithDiagLogger, setDiagLogger } from './base/diag-logger.ts';
import { resolveInstrumentationSettings } from './config/instrumentation-config.ts';
import { openAttachSocket } from './debug/attach-socket.ts';
import { ProfilingPipeline } from './pipeline.ts';
import { MainThreadExporter } from './workers/main-thread-exporter.ts';
import { ThreadChannel } from './workers/thread-channel.ts';
import { joinMainThread, type WorkerPart } from './workers/worker-membership.ts';
import { zeroCodeRun } from './zero-code-run.ts';

/** An SDK that the application sets up has set its own logger by then. */
const DIAG_LOGGER_DELAY_MILLIS = 1_000;

/**
 * Profiles this thread with what the environment says, for as long as it lives. Whatever OpenTelemetry SDK the application
 * sets up, before or after, is found; there need not be one. Only the main thread gets signals.
 */
export function startZeroCode(): void {
  zeroCodeRun.beginOnce(() => {
    const channel = isMainThread ? undefined : ThreadChannel.offered();
    const exporter = channel && new MainThreadExporter(channel);
    const { pipeline, closeSocket } = runWithDiagLogger(() => startPipeline(exporter));
    const undo = [
      logDiagSoon(),
      closeSocket,
      isMainThread ? deliverOnSigterm(pipeline) : () => undefined,
      exporter && pipeline.profiler.running ? joinMainThread(channel, partOf(pipeline, exporter)) : () => undefined,
    ];
    return {
      end() {
        for (const step of undo) step();
        pipeline.stop();
      },
    };
  });
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
function startPipeline(mainThread: MainThreadExporter | undefined): {
  pipeline: ProfilingPipeline;
  closeSocket: () => void;
} {
  const settings = resolveInstrumentationSettings();
  // A process has one socket: that of its main thread.
  const isAttachable = settings.attach && isMainThread && hasDebugSockets;
  // Nobody else could ask this profiler for anything.
  const isOfUse = mainThread !== undefined || settings.exporters.exporters.length > 0 || isAttachable;
  if (!isOfUse) diag.info('otel-taskprof: there is no exporter, so nothing is profiled');
  const exporters = mainThread && [mainThread];
  const pipeline = new ProfilingPipeline({ ...settings, enabled: settings.enabled && isOfUse }, exporters);
  pipeline.start();
  const closeSocket = isAttachable && pipeline.profiler.running ? openAttachSocket(pipeline.profiler) : () => undefined;
  return { pipeline, closeSocket };
}

/** Sets the logger that `OTEL_LOG_LEVEL` asks for once the application has had the time for it, or at its end. */
function logDiagSoon(): () => void {
  const timer = setTimeout(setDiagLogger, DIAG_LOGGER_DELAY_MILLIS).unref();
  process.prependOnceListener('beforeExit', setDiagLogger);
  return () => {
    clearTimeout(timer);
    process.removeListener('beforeExit', setDiagLogger);
  };
}

/**
 * Delivers what is pending when the process is told to end. Where nobody else listens the signal then does what it does by
 * default; else the end of the process is theirs. First in line and gone before the others are called, because some tools
 * (signal-exit) end the process only where they are the only listeners; and then a second signal ends it at once.
 */
function deliverOnSigterm(pipeline: ProfilingPipeline): () => void {
  const onSigterm = () => {
    process.removeListener('SIGTERM', onSigterm);
    setDiagLogger();
    if (process.listenerCount('SIGTERM') > 0) void pipeline.forceFlush();
    else void pipeline.shutdown().then(() => process.kill(process.pid, 'SIGTERM'));
  };
  process.prependListener('SIGTERM', onSigterm);
  return () => process.removeListener('SIGTERM', onSigterm);
}
