import { defaultTextMapGetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { LabelReader } from '../../../../src/capture/label-reader.ts';
import { ENVIRONMENT_VARIABLES } from '../../../../src/config/environment.ts';
import { resolveInstrumentationSettings } from '../../../../src/config/instrumentation-config.ts';
import { taskLabelConfig } from '../../../../src/config/labels.ts';
import { OTLP_ENVIRONMENT_VARIABLES } from '../../../../src/config/otlp-environment.ts';
import { otlpExporterConfig } from '../../../../src/config/otlp-exporter.ts';
import { bytes, type Target, text } from './target.ts';

const OWN = new Set(ENVIRONMENT_VARIABLES.map(({ name }) => name));
const OTLP = Object.keys(OTLP_ENVIRONMENT_VARIABLES)
  // The others name files.
  .filter((name) => !name.includes('CERTIFICATE') && !name.includes('KEY'))
  .flatMap((name) => [`OTEL_EXPORTER_OTLP_PROFILES_${name}`, `OTEL_EXPORTER_OTLP_${name}`]);

const LABELS = taskLabelConfig({ baggage: ['tenant', 'user', '__proto__'], maxLabels: 2, maxValueLength: 8 });
const labels = new LabelReader(LABELS);
const propagator = new W3CBaggagePropagator();

/** What reaches the process by its environment, and with requests. */
export const configuration: readonly Target[] = [
  {
    name: 'environment',
    seeds: [
      'OTEL_TASKPROF_SAMPLING=0.5\nOTEL_TASKPROF_MAX_TASKS=Infinity\nOTEL_TASKPROF_CPU=99',
      'OTEL_PROFILES_EXPORTER=otlp,file\nOTEL_TASKPROF_LABEL_BAGGAGE=a,b\nOTEL_TASKPROF_TRIGGER_SIGNAL=SIGUSR2',
      'OTEL_TASKPROF_EXPORT_INTERVAL=1e3\nOTEL_TASKPROF_EXPORT_TIMEOUT=500\nOTEL_TASKPROF_ANONYMIZE_KEY=0123456789abcdef',
      'OTEL_TASKPROF_APPLICATION_ROOT=/app\nOTEL_TASKPROF_TIMELINE_EVERY_NTH_ROOT=10\nOTEL_TASKPROF_WORKERS=merged',
      'OTEL_EXPORTER_OTLP_PROTOCOL=grpc\nOTEL_EXPORTER_OTLP_ENDPOINT=https://[::1]:443/a\nOTEL_EXPORTER_OTLP_INSECURE=true',
      'OTEL_EXPORTER_OTLP_PROFILES_HEADERS=a=b,c=%20d\nOTEL_EXPORTER_OTLP_COMPRESSION=gzip\nOTEL_EXPORTER_OTLP_TIMEOUT=5',
    ].map(bytes),
    // A bad value is told and left out.
    take: async (input) => {
      const environment = environmentOf(text(input));
      resolveInstrumentationSettings({}, environment);
      await withVariables(environment, async () => await otlpExporterConfig().headers());
    },
    refusals: [],
  },
  {
    name: 'baggage',
    seeds: ['tenant=acme,user=a%20b;ttl=5', 'tenant=0123456789,__proto__=a'].map(bytes),
    take(input) {
      const context = propagator.extract(ROOT_CONTEXT, { baggage: text(input) }, defaultTextMapGetter);
      const { entries } = labels.read(context, undefined);
      const isLong = entries.some(([, value]) => String(value).length > LABELS.maxValueLength);
      if (entries.length > LABELS.maxLabels || isLong) throw new TypeError('labels exceed the limits');
    },
    refusals: [],
  },
];

function environmentOf(lines: string): Record<string, string> {
  const entries = lines.split('\n').map((line) => line.split(/=(.*)/s, 2) as [string, string | undefined]);
  const isKnown = ([name, value]: [string, string | undefined]): boolean =>
    (OWN.has(name) || OTLP.includes(name)) && value !== undefined && !value.includes('\0');
  return Object.fromEntries(entries.filter(isKnown)) as Record<string, string>;
}

async function withVariables(environment: Record<string, string>, run: () => Promise<unknown>): Promise<void> {
  const set = OTLP.filter((name) => name in environment);
  for (const name of set) process.env[name] = environment[name];
  try {
    await run();
  } finally {
    for (const name of set) Reflect.deleteProperty(process.env, name);
  }
}
