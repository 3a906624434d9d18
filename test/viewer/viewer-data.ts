import { encodeOtlpProtobuf } from '../../src/index.ts';
import type { Span } from '../../src/encode/otlp-traces-import.ts';
import type { Profile, ProfilesData, ProfileSample } from '../../src/profile/model.ts';
import { startViewer, type Viewer, type ViewerOptions } from '../../src/viewer/viewer.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const SPAN = 'b7ad6b7169203331';
/** Of the first profile's begin, in nanoseconds. */
export const START = 1_790_000_000_000_000_000n;
export const SECOND = 1_000_000_000n;

const viewers: Viewer[] = [];

/** On free ports, until {@link stopViewers}. */
export async function viewerForTest(options: ViewerOptions = {}): Promise<Viewer> {
  const viewer = await startViewer({ port: 0, grpcPort: false, maxAgeMillis: Infinity, ...options });
  viewers.push(viewer);
  return viewer;
}

export async function stopViewers(): Promise<void> {
  for (const viewer of viewers.splice(0)) await viewer.stop();
}

export function messageOf(service: string, ...profiles: readonly Profile[]): ProfilesData {
  return { resource: { attributes: { 'service.name': service } }, scope: { name: 'test', version: '1' }, profiles };
}

/** Ten seconds from {@link START} on, or so much later. */
export function tasksAt(seconds: number, ...samples: readonly ProfileSample[]): Profile {
  return profile({ timeUnixNano: START + BigInt(seconds) * SECOND, durationNano: 10n * SECOND, samples });
}

/** Tasks on a stack of these functions, leaf first. */
export function tasks(value: number, functions: string, changes: Partial<ProfileSample> = {}): ProfileSample {
  return sample({ stack: functions.split(' ').map((name) => frame(name)), value, ...changes });
}

export function span(changes: Partial<Span> = {}): Span {
  return {
    ...{ traceId: TRACE, spanId: SPAN, parentSpanId: '', name: 'GET /orders', kind: 2, attributes: {}, events: [] },
    ...{ startTimeUnixNano: START, endTimeUnixNano: START + 2n * SECOND, statusCode: 0, statusMessage: '' },
    ...changes,
  };
}

export function protobufOf(message: ProfilesData): Uint8Array {
  return encodeOtlpProtobuf(message);
}

/** An `ExportTraceServiceRequest` in JSON with one span. */
export function traceJson(changes: object = {}, service = 'shop'): string {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  const one = {
    ...{ traceId: TRACE, spanId: SPAN, name: 'GET /orders', kind: 2, status: { code: 2, message: 'no rows' } },
    ...{ startTimeUnixNano: String(START), endTimeUnixNano: String(START + SECOND) },
    ...{ attributes: [{ key: 'http.route', value: { stringValue: '/orders' } }] },
    ...changes,
  };
  return JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [one] }] }] });
}

/** The answer to a question. */
export async function ask<T>({ url }: Viewer, question: string): Promise<T> {
  const response = await fetch(`${url}/api/${question}`);
  const body = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(`${response.status} ${body.error ?? ''}`);
  return body;
}
