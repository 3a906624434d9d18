import { gunzipSync } from 'node:zlib';
import { encodeOtlpJson } from '../../../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../../../src/encode/otlp-protobuf.ts';
import { encodePprof } from '../../../../src/encode/pprof.ts';
import { buildTimelineProfile } from '../../../../src/profile/build-timeline.ts';
import type { Timeline } from '../../../../src/timeline/timeline.ts';
import { frame, profile, profilesData, sample, variedData } from '../../../support/profiles-data.ts';
import { bytes, text } from './target.ts';

// One message of each format, by the project's own encoders where it has one.

export const DATA = variedData();
/** Rows leave what is not usual to the readers, such as numbers of more than 53 bits. */
const USUAL = profilesData(
  profile({ samples: [sample({ attributes: { tier: 'gold' } }), sample({ stack: [frame('query')] })] }),
);

export const OTLP = encodeOtlpProtobuf(DATA);
export const TIMELINE = encodeOtlpProtobuf(profilesData(buildTimelineProfile(timeline())));
export const OTLP_JSON = bytes(encodeOtlpJson(DATA));
/** As a Collector's file exporter writes several. */
export const OTLP_JSON_LINES = bytes(`${text(OTLP_JSON)}\n${text(OTLP_JSON)}\n`);
export const OTLP_FRAMES = Buffer.concat([behindLength(OTLP), behindLength(OTLP)]);
export const PPROF = encodePprof(DATA.profiles);
export const RAW_PPROF = gunzipSync(PPROF);
export const USUAL_OTLP = encodeOtlpProtobuf(USUAL);
export const USUAL_PPROF = gunzipSync(encodePprof(USUAL.profiles));
export const FOLDED = bytes('main;handle;query 12\nmain;idle 3\n');
export const TRACES_JSON = bytes(
  JSON.stringify({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'a' }, spans: [span()] }] }],
  }),
);
export const TRACES = field(1, [...field(1, []), ...field(2, field(2, spanBytes()))]);

export const SNAPSHOT = bytes(
  JSON.stringify({
    ...{ timeUnixNano: '1790000000000000000', totalTasks: 2, samplingProbability: 1, droppedTasks: 0, cutLabels: 0 },
    ...{ standardError: 0, consistency: 'moment' },
    samples: [
      {
        ...{ stack: [{ functionName: 'a', file: 'a.js', line: 1, column: 1 }], awaitIndex: 0, tasks: 2 },
        ...{ source: 'captured', standardError: 0, oldestWaitMillis: 5, samplingProbability: 1 },
        labels: { tenant: 'acme' },
      },
    ],
  }),
);

function timeline(): Timeline {
  const times = { startNano: 0, durationNano: 5_000_000 };
  const slice = {
    task: 1,
    root: 1,
    state: 'waiting',
    stack: [frame('query'), frame('handle')],
    awaitIndex: 0,
  } as const;
  return {
    ...{ startTimeUnixNano: 1_790_000_000_123_456_789n, durationNano: 1_000_000_000n },
    slices: [{ ...slice, ...times, labels: { tier: 'gold' }, span: undefined }],
    ...{ spans: [], roots: 1, skippedRoots: 2, droppedSlices: 3 },
  };
}

function span(): object {
  return {
    ...{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'GET /orders', kind: 2 },
    ...{ startTimeUnixNano: '1790000000000000000', endTimeUnixNano: '1790000001000000000' },
    ...{ status: { code: 2, message: 'no rows' } },
    attributes: [{ key: 'http.route', value: { stringValue: '/orders' } }],
    events: [{ timeUnixNano: '1790000000500000000', name: 'retry' }],
  };
}

function spanBytes(): Uint8Array {
  const time = [0, 0, 0x8a, 0x5d, 0x78, 0x45, 0xd7, 0x18];
  const traceId = Array.from({ length: 16 }, (_, i) => i);
  const ids = [...field(1, traceId), ...field(2, [1, 2, 3, 4, 5, 6, 7, 8])];
  return Uint8Array.from([...ids, ...field(5, bytes('GET /orders')), 0x30, 2, 0x39, ...time, 0x41, ...time]);
}

/** A field of protobuf with a length below 128. */
function field(number: number, content: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([(number << 3) | 2, content.length, ...Array.from(content)]);
}

function behindLength(message: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}
