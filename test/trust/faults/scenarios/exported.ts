import { PassThrough } from 'node:stream';
import { ServerCredentials, status } from '@grpc/grpc-js';
import * as taskprof from '../../../../src/index.ts';
import { withOriginalPayload } from '../../../../src/export/original-payload.ts';
import { burn } from '../../../support/burn.ts';
import { certificateAuthority, signedCertificate } from '../../../support/certificates.ts';
import { acceptCall, retryInfo, startOtlpGrpcServer } from '../../../support/otlp-grpc-server.ts';
import { application } from '../application.ts';
import { answerTo, attempt, collectGarbage, serve } from './ask.ts';
import type { Scenario, Surroundings } from './scenario.ts';

const { OtlpProfileExporter, FileProfileExporter, ConsoleProfileExporter } = taskprof;

const OPTIONS: taskprof.TaskProfilerInstrumentationConfig = {
  enabled: false,
  resources: true,
  stuckMillis: 1,
  strongMillis: 1,
  exportIntervalMillis: 50,
  exportTimeoutMillis: 50,
  labels: { baggage: ['user'] },
  onStuck: () => undefined,
};

const NO_LOGS = { getLogger: () => undefined } as unknown as Parameters<
  taskprof.TaskProfilerInstrumentation['setLoggerProvider']
>[0];

/** Exports as a service does that is set up with all that there is. */
async function exported(
  config: taskprof.TaskProfilerInstrumentationConfig,
  { begin, end, meters, tracers, collectMetrics }: Surroundings,
  service: (instrumentation: taskprof.TaskProfilerInstrumentation) => Promise<string> = application,
): Promise<string> {
  const instrumentation = new taskprof.TaskProfilerInstrumentation({ ...OPTIONS, ...config });
  begin();
  if (meters) instrumentation.setMeterProvider(meters);
  if (tracers) instrumentation.setTracerProvider(tracers);
  instrumentation.setLoggerProvider(NO_LOGS);
  instrumentation.enable();
  const told = await service(instrumentation);
  await collectGarbage();
  await collectMetrics();
  await instrumentation.forceFlush();
  await instrumentation.shutdown();
  end();
  // Whatever it was, a new start begins anew.
  instrumentation.enable();
  const { running } = instrumentation.profiler;
  instrumentation.disable();
  return running ? told : 'it does not start again';
}

export const captured: Scenario = (at) => {
  const url = `${at.receiver}/v1development/profiles`;
  // So few bytes that most are split.
  const exporter = withOriginalPayload(new OtlpProfileExporter({ url, maxRequestBytes: 4_000 }));
  return exported({ sampling: 'all', exporter, anonymize: { paths: true }, spanProfileIds: true }, at);
};

/** What is exported is what is flushed. */
const RARE = { exportIntervalMillis: 1_000, exportTimeoutMillis: 1_000 };

/** By the clock that the profiler is told. */
const QUICK = { exportIntervalMillis: 10_000, exportTimeoutMillis: 10_000 };

export const followed: Scenario = (at) =>
  exported(
    {
      ...QUICK,
      sampling: 0.9,
      overheadBudget: 1e-6,
      sourceMaps: true,
      timeline: { everyNthRoot: 2 },
      triggers: {
        liveTasks: { aboveTasks: 1 },
        oldestWait: { aboveMillis: 1 },
        eventLoopDelay: { aboveMillis: 1 },
        heapUsed: { abovePercent: 0.01 },
        signal: 'SIGUSR2',
        warmUpMillis: 0,
        coolDownMillis: 5_000,
        burst: { durationMillis: 100 },
        timeline: { durationMillis: 100, everyNthRoot: 1 },
        baselineIntervalMillis: 1_000,
        checkIntervalMillis: 100,
        onTrigger: () => Promise.resolve(),
      },
      exporter: [
        new FileProfileExporter({ folder: at.folder, maxFolderBytes: 10_000 }),
        new ConsoleProfileExporter({ stream: new PassThrough().resume() }),
      ],
    },
    at,
    async (instrumentation) => {
      const told = await application();
      process.emit('SIGUSR2', 'SIGUSR2');
      const dump = { snapshot: { consistency: 'moment' }, timeline: false } as const;
      await attempt(() => instrumentation.triggers.trigger(dump), at.onRefused);
      return told;
    },
  );

/** With TLS. Every other export has to be tried again. */
async function startGrpcReceiver(): Promise<{ readonly url: string; readonly ca: string }> {
  const ca = await certificateAuthority('Test CA');
  const { cert, key } = await signedCertificate(ca, 'receiver');
  const credentials = ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
  ]);
  const { port } = await startOtlpGrpcServer(
    (answer, index, call) => {
      if (index % 2 === 0) acceptCall(answer, index, call);
      else answer({ code: status.RESOURCE_EXHAUSTED, details: 'too much', metadata: retryInfo(0, 1_000_000) });
    },
    { credentials },
  );
  return { url: `https://127.0.0.1:${port}`, ca: ca.cert };
}

let grpcReceiver: ReturnType<typeof startGrpcReceiver> | undefined;

export const grpc: Scenario = async (at) => {
  const { url, ca } = await (grpcReceiver ??= startGrpcReceiver());
  const headers = { tenant: 't' };
  const exporter = new OtlpProfileExporter({ protocol: 'grpc', url, headers, compression: 'gzip', tls: { ca } });
  return await exported({ ...RARE, sampling: 'all', exporter }, at);
};

async function askForCpu(profiler: taskprof.TaskProfiler, onRefused: () => void): Promise<void> {
  const { port, close } = await serve(taskprof.createDebugHandler(profiler, { path: '/' }));
  const path = '/?sampleType=cpu&seconds=0.005&format=folded&matching=a';
  await attempt(() => answerTo({ port, path }), onRefused);
  close();
}

export const onCpu: Scenario = (at) => {
  const exporter = new OtlpProfileExporter({ url: `${at.receiver}/v1development/profiles` });
  const cpu = { samplingFrequencyHz: 1_000 };
  return exported({ ...RARE, sampling: 'all', exporter, cpu }, at, async ({ profiler }) => {
    // Beside the exported one; both may be refused.
    const asked = [
      attempt(() => profiler.profileCpu({ durationMillis: 5 }), at.onRefused),
      askForCpu(profiler, at.onRefused),
    ];
    const told = await application();
    burn(5);
    await Promise.all(asked);
    return told;
  });
};
