import { once } from 'node:events';
import { PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { ROOT_CONTEXT, TraceFlags, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import protobuf from 'protobufjs';
import { Dictionary } from '../../src/encode/dictionary.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import { withTaskLabels } from '../../src/index.ts';
import { IntervalSource } from '../../src/interval-source.ts';
import { buildMeanProfile } from '../../src/profile/build.ts';
import type { Attributes, AttributeValue, ProfilesData, ValueType } from '../../src/profile/model.ts';
import { TaskProfiler } from '../../src/profiler.ts';
import { median, millisOf, nextTurn, p99 } from './measure.ts';
import type { Report } from './report.ts';

const SAMPLES = 1_024;
const FRAMES = 30;
const ROUNDS = 150;
const WARM_UP = 30;
const LIMIT_ENCODE_MILLIS = 3;
const LIMIT_STRETCH_MILLIS = 2;
const NOTABLE_MILLIS = 0.05;
const LIMIT_BYTES = 40;

const requestType = protobuf
  .loadSync(fileURLToPath(new URL('../../examples/receiver/profiles.proto', import.meta.url)))
  .lookupType('opentelemetry.proto.ExportProfilesServiceRequest');

/**
 * From live tasks to bytes at the socket: 1,024 samples of 30 frames, each in a span of its own, with a label. What encoding
 * takes, next to a full protobuf library that writes the same message from objects made beforehand; how many bytes; and the
 * longest stretch on the main thread in an export, to a receiver in another thread.
 */
export async function encode(report: Report): Promise<void> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const profiler = new TaskProfiler({ sampling: 'all', maxTasks: 2 * SAMPLES });
  profiler.start();
  const release = await parkTasks();
  try {
    report.section(
      `Encoding and export (encode): ${SAMPLES.toLocaleString('en')} samples of ${FRAMES} frames, each in a span of its own`,
    );
    compareWriters(report, await snapshotData(profiler));
    await measureExports(report, profiler);
  } finally {
    release();
    profiler.stop();
    context.disable();
  }
}

async function parkTasks(): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  for (let task = 0; task < SAMPLES; task++) {
    const spanContext = {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      traceFlags: TraceFlags.SAMPLED,
    };
    const inSpan = trace.setSpanContext(ROOT_CONTEXT, spanContext);
    const tier = task % 2 === 0 ? 'basic' : 'gold';
    context.with(inSpan, () => withTaskLabels({ tier }, () => void descend(released, task, FRAMES - 1)));
    if (task % 64 === 63) await nextTurn();
  }
  await nextTurn();
  return release;
}

/** Calls itself from one of four places, by two bits of `task` at every other depth: 1,024 different stacks. */
async function descend(released: Promise<void>, task: number, depth: number): Promise<void> {
  if (depth === 0) await released;
  else if ((task & 3) === 0) await descend(released, task >> 2, depth - 1);
  else if ((task & 3) === 1) await descend(released, task >> 2, depth - 1);
  else if ((task & 3) === 2) await descend(released, task >> 2, depth - 1);
  else await descend(released, task >> 2, depth - 1);
}

async function snapshotData(profiler: TaskProfiler): Promise<ProfilesData> {
  const interval = profiler.openInterval()!;
  await nextTurn();
  return {
    resource: { attributes: { 'service.name': 'bench', 'service.instance.id': randomBytes(16).toString('hex') } },
    scope: { name: 'otel-taskprof', version: '0.0.0' },
    profiles: [buildMeanProfile(interval.end())],
  };
}

function compareWriters(report: Report, data: ProfilesData): void {
  const bytes = encodeOtlpProtobuf(data);
  const samples = data.profiles[0]!.samples.length;
  if (samples < SAMPLES) throw new Error(`${samples} samples instead of ${SAMPLES}`);
  const millis: Record<'ours' | 'library', number[]> = { ours: [], library: [] };
  if (encodeWithLibrary(data).length < 0.95 * bytes.length) throw new Error('protobufjs writes another message');
  // Taking turns spreads what else the machine does over both.
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const ours = millisOf(() => encodeOtlpProtobuf(data));
    const library = millisOf(() => encodeWithLibrary(data));
    if (round < 0) continue;
    millis.ours.push(ours);
    millis.library.push(library);
  }
  const gzipped = gzipSync(bytes).length;
  report.value('tables and OTLP protobuf', millis.ours, 'ms');
  report.value('the same, written by protobufjs', millis.library, 'ms');
  report.value('size of a sample', [bytes.length / samples], 'bytes');
  report.figure('tables and OTLP protobuf', median(millis.ours), LIMIT_ENCODE_MILLIS, 'ms');
  report.figure('against protobufjs', median(millis.ours), median(millis.library), 'ms');
  report.figure('size of a sample after gzip', gzipped / samples, LIMIT_BYTES, 'bytes');
}

/** The same tables as objects, for the library to write. */
function encodeWithLibrary({ resource, scope, profiles }: ProfilesData): Uint8Array {
  const tables = new Dictionary();
  const valueType = ({ type, unit }: ValueType): object => ({
    typeStrindex: tables.stringIndex(type),
    unitStrindex: tables.stringIndex(unit),
  });
  const profilesOut = profiles.map((profile) => ({
    sampleType: valueType(profile.sampleType),
    samples: profile.samples.map(({ stack, attributes, link, value }) => ({
      stackIndex: tables.stackIndex(stack),
      attributeIndices: tables.attributeIndices(attributes),
      linkIndex: tables.linkIndex(link),
      values: [value],
    })),
    timeUnixNano: longOf(profile.timeUnixNano),
    durationNano: Number(profile.durationNano),
    periodType: valueType(profile.periodType),
    period: profile.period,
    attributeIndices: tables.attributeIndices(profile.attributes),
  }));
  const scopeProfiles = [{ scope, profiles: profilesOut }];
  const resourceProfiles = [{ resource: { attributes: keyValues(resource.attributes) }, scopeProfiles }];
  return requestType.encode({ resourceProfiles, dictionary: dictionaryOf(tables) }).finish();
}

function dictionaryOf(tables: Dictionary): object {
  return {
    mappingTable: [{}],
    locationTable: tables.locations.map(({ lines, attributeIndices }) => ({ lines, attributeIndices })),
    functionTable: tables.functions,
    linkTable: tables.links.map((link) =>
      link === undefined ? {} : { traceId: Buffer.from(link.traceId, 'hex'), spanId: Buffer.from(link.spanId, 'hex') },
    ),
    stringTable: tables.strings,
    attributeTable: tables.attributes.map(({ keyStrindex, value }) =>
      value === undefined ? {} : { keyStrindex, value: anyValue(value) },
    ),
    stackTable: tables.stacks.map((locationIndices) => ({ locationIndices })),
  };
}

function longOf(value: bigint): object {
  return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n) };
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'object') return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
  const areIntegers = value.every((item) => Number.isSafeInteger(item));
  return { arrayValue: { values: value.map((item) => (areIntegers ? { intValue: item } : { doubleValue: item })) } };
}

/** Longest time between two turns of the event loop, with and without an export in between. */
async function measureExports(report: Report, profiler: TaskProfiler): Promise<void> {
  const sink = new Worker(fileURLToPath(new URL('sink.ts', import.meta.url)));
  const [port] = (await once(sink, 'message')) as [number];
  const exporter = new OtlpProfileExporter({
    url: `http://127.0.0.1:${port}/v1development/profiles`,
    compression: 'gzip',
  });
  const source = new IntervalSource(profiler, {
    resource: () => ({ 'service.name': 'bench' }),
    scope: { name: 'otel-taskprof', version: '0.0.0' },
  });
  const collections = watchCollections();
  const idle: Stretch[][] = [];
  const exporting: Stretch[][] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const without = await stretchesOf(async () => {
      for (let turn = 0; turn < 20; turn++) await nextTurn();
    });
    const during = await stretchesOf(async () => {
      const data = await source.collect();
      if (data === undefined) throw new Error('nothing was profiled');
      const { status } = await exporter.export(data);
      if (status !== 'success') throw new Error('the export failed');
    });
    if (round < 0) continue;
    idle.push(without);
    exporting.push(during);
  }
  await exporter.shutdown();
  await sink.terminate();
  const inAll = exporting.map((stretches) => longest(stretches));
  const pauses = collections.stop();
  const withoutCollections = exporting.map((stretches) => longest(stretches, pauses));
  report.value('longest stretch on the main thread, per export', inAll, 'ms');
  report.value('the same, garbage collections taken off', withoutCollections, 'ms');
  report.value(
    'longest stretch without an export',
    idle.map((stretches) => longest(stretches)),
    'ms',
  );
  report.figure('longest stretch, p99', p99(inAll), LIMIT_STRETCH_MILLIS, 'ms');
  report.figure('the same, garbage collections taken off', p99(withoutCollections), LIMIT_STRETCH_MILLIS, 'ms');
}

/** From one turn of the event loop to the next, or a pause in one. */
interface Stretch {
  readonly startMillis: number;
  readonly endMillis: number;
}

async function stretchesOf(work: () => Promise<void>): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  let startMillis = performance.now();
  let done = false;
  const watch = (): void => {
    const endMillis = performance.now();
    // What is kept is copied by the collector: so only what can matter.
    if (endMillis - startMillis > NOTABLE_MILLIS) stretches.push({ startMillis, endMillis });
    startMillis = endMillis;
    if (!done) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  done = true;
  watch();
  return stretches;
}

/** Every pause for garbage collection until `stop`. */
function watchCollections(): { stop(): Stretch[] } {
  const pauses: Stretch[] = [];
  const take = (entries: readonly PerformanceEntry[]): void => {
    for (const { startTime, duration } of entries) {
      pauses.push({ startMillis: startTime, endMillis: startTime + duration });
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return {
    stop: () => {
      take(observer.takeRecords());
      observer.disconnect();
      return pauses;
    },
  };
}

/** Milliseconds of the longest, less what `pauses` take of it. */
function longest(stretches: readonly Stretch[], pauses: readonly Stretch[] = []): number {
  const lengths = stretches.map(({ startMillis, endMillis }) => {
    const inside = pauses.filter((pause) => pause.startMillis >= startMillis && pause.endMillis <= endMillis);
    return endMillis - startMillis - inside.reduce((sum, pause) => sum + pause.endMillis - pause.startMillis, 0);
  });
  return Math.max(0, ...lengths);
}
