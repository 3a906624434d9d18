import { gunzipSync } from 'node:zlib';
import { BatchBuilder } from '../../../src/analyze/batch-builder.ts';
import { addOtlpRows } from '../../../src/analyze/otlp-rows.ts';
import { addPprofRows } from '../../../src/analyze/pprof-rows.ts';
import { NotReadQuickly } from '../../../src/encode/wire-cursor.ts';
import { CommandError } from '../../../src/cli/failure.ts';
import { readProfiles } from '../../../src/cli/read-profile.ts';
import { readTelemetry } from '../../../src/cli/read-telemetry.ts';
import { debugHandlerConfig } from '../../../src/config/debug-endpoint.ts';
import { parseQuery, parseTimelineQuery } from '../../../src/debug/query.ts';
import { RequestError } from '../../../src/debug/request-error.ts';
import { encodePprof } from '../../../src/encode/pprof.ts';
import { retryInfoMillis } from '../../../src/encode/grpc-retry-info.ts';
import { decodeOtlpJsonResponse, decodeOtlpResponse } from '../../../src/encode/otlp-response.ts';
import { otlpJsonToSpans, otlpToSpans } from '../../../src/encode/otlp-traces-import.ts';
import { retryAfterMillis } from '../../../src/export/retry-after.ts';
import { SourceMap } from '../../../src/frames/source-map.ts';
import * as taskprof from '../../../src/index.ts';
import { checkProfile } from '../../../src/profile/check.ts';
import type { Profile } from '../../../src/profile/model.ts';
import { answerOf } from '../../../src/viewer/api.ts';
import { Store } from '../../../src/viewer/store.ts';
import { frame, profile, profilesData, sample, variedData } from '../../support/profiles-data.ts';

/** Something that takes what others send. */
export interface Target {
  readonly name: string;
  /** Inputs that it takes. */
  readonly seeds: readonly Uint8Array[];
  /** Throws nothing but what it refuses input with. */
  readonly take: (bytes: Uint8Array) => void;
  /** Errors that say that the input is bad. */
  readonly refusals: readonly (new (...args: never[]) => Error)[];
}

const { InvalidOtlpError, InvalidPprofError, InvalidFoldedError } = taskprof;

const DATA = variedData();
// Rows leave what is not usual to the readers, such as numbers of more than 53 bits.
const USUAL = profilesData(
  profile({ samples: [sample({ attributes: { tier: 'gold' } }), sample({ stack: [frame('query')] })] }),
);
const OTLP = taskprof.encodeOtlpProtobuf(DATA);
const OTLP_JSON = bytes(taskprof.encodeOtlpJson(DATA));
const PPROF = encodePprof(DATA.profiles);
const RAW_PPROF = gunzipSync(PPROF);
const FOLDED = bytes('main;handle;query 12\nmain;idle 3\n');
const SPAN = {
  ...{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'GET /orders', kind: 2 },
  ...{ startTimeUnixNano: '1790000000000000000', endTimeUnixNano: '1790000001000000000' },
};
const TRACES_JSON = bytes(
  JSON.stringify({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'a' }, spans: [SPAN] }] }],
  }),
);
const TRACES = field(1, [...field(1, []), ...field(2, field(2, spanBytes()))]);
const SNAPSHOT = bytes(
  JSON.stringify({
    ...{ timeUnixNano: '1790000000000000000', totalTasks: 2, samplingProbability: 1, droppedTasks: 0, cutLabels: 0 },
    ...{ standardError: 0, consistency: 'moment' },
    samples: [
      {
        ...{
          stack: [{ functionName: 'a', file: 'a.js', line: 1, column: 1 }],
          awaitIndex: 0,
          tasks: 2,
          source: 'captured',
        },
        ...{ standardError: 0, oldestWaitMillis: 5, samplingProbability: 1, labels: { tenant: 'acme' } },
      },
    ],
  }),
);
const MAP = bytes(
  JSON.stringify({ version: 3, sources: ['a.ts', 'b.ts'], names: ['f'], mappings: 'AAAA,SAASA;AACA;;ACDA,IAAI' }),
);
const SECTIONS = bytes(
  JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: JSON.parse(text(MAP)) as object }] }),
);

const check = (profiles: readonly Profile[]): void => profiles.forEach(checkProfile);
const checkAll = (messages: readonly { readonly profiles: readonly Profile[] }[]): void =>
  messages.forEach(({ profiles }) => check(profiles));
const SOURCE = { file: 'a.pb', part: '', index: 0 };
const builder = (): BatchBuilder => new BatchBuilder({ measure: 'tasks', resource: [] });
const LIMITS = debugHandlerConfig();
let store: Store | undefined;

export const targets: readonly Target[] = [
  {
    name: 'OTLP protobuf',
    seeds: [OTLP],
    take: (input) => checkAll(taskprof.otlpToProfiles(input).messages),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'OTLP JSON',
    seeds: [OTLP_JSON],
    take: (input) => checkAll(taskprof.otlpJsonToProfiles(input).messages),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'pprof',
    seeds: [RAW_PPROF, RAW_PPROF, PPROF],
    take: (input) => check(taskprof.pprofToProfiles(input).data.profiles),
    refusals: [InvalidPprofError],
  },
  {
    name: 'folded stacks',
    seeds: [FOLDED],
    take: (input) => checkProfile(taskprof.foldedToProfile(text(input))),
    refusals: [InvalidFoldedError],
  },
  { name: 'traces in OTLP', seeds: [TRACES], take: (input) => void otlpToSpans(input), refusals: [InvalidOtlpError] },
  {
    name: 'traces in OTLP JSON',
    seeds: [TRACES_JSON],
    take: (input) => void otlpJsonToSpans(input),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'any file with profiles',
    seeds: [OTLP, OTLP_JSON, RAW_PPROF, FOLDED, SNAPSHOT, SNAPSHOT, bytes(`${text(OTLP_JSON)}\n${text(OTLP_JSON)}\n`)],
    take: (input) => void readProfiles(input, 'input'),
    refusals: [CommandError],
  },
  {
    name: 'any file with telemetry',
    seeds: [OTLP, OTLP_JSON, TRACES_JSON, TRACES],
    take: (input) => void readTelemetry(input, 'input'),
    refusals: [CommandError],
  },
  {
    name: 'rows of OTLP',
    seeds: [taskprof.encodeOtlpProtobuf(USUAL), OTLP],
    take: (input) => addOtlpRows(input, builder(), SOURCE),
    refusals: [NotReadQuickly, InvalidOtlpError],
  },
  {
    name: 'rows of pprof',
    seeds: [gunzipSync(encodePprof(USUAL.profiles)), RAW_PPROF],
    take: (input) => addPprofRows(input, builder(), SOURCE),
    refusals: [NotReadQuickly],
  },
  {
    name: 'source maps',
    seeds: [MAP, SECTIONS],
    take: (input) => {
      const map = new SourceMap(JSON.parse(text(input)), 'file:///a.js.map');
      while (!map.prepare(() => false));
      for (let line = 1; line < 4; line++) map.original(line, 5);
    },
    refusals: [Error],
  },
  {
    name: 'answers of receivers',
    seeds: [
      bytes('\n\x08\x08\x05\x12\x04none'),
      bytes('{"partialSuccess":{"rejectedProfiles":"5","errorMessage":"none"}}'),
    ],
    take(input) {
      retryInfoMillis(input);
      retryAfterMillis(text(input));
      attempt(() => decodeOtlpResponse(input));
      decodeOtlpJsonResponse(input);
    },
    refusals: [Error],
  },
  {
    name: 'questions to the debug endpoint',
    seeds: [
      'debug=1&label=tenant=acme&matching=Pool%5C.connect&maxTasks=10',
      'seconds=10&format=folded&sampleType=wait&minWaitMillis=50&traceId=0af7651916cd43dd8448eb211c80319c',
      'timeline=100&seconds=10&format=trace&label=a=b',
    ].map(bytes),
    take(input) {
      const parameters = new URLSearchParams(text(input));
      if (parseTimelineQuery(parameters, LIMITS) === undefined) parseQuery(parameters, LIMITS);
    },
    refusals: [RequestError],
  },
  {
    name: 'questions to the viewer',
    seeds: [
      ...['flame?type=tasks&from=0&to=1790000010000000&service=test', 'trace?id=0af7651916cd43dd8448eb211c80319c'],
      ...[
        'tasks?function=query&label=tier=gold',
        'flame?other.from=0&other.to=5&type=tasks',
        'overview?',
        'timeline?type=wait',
      ],
    ].map((question) => bytes(`/api/${question}`)),
    take(input) {
      const [path = '', query = ''] = text(input).split('?', 2);
      answerOf(filledStore(), path, new URLSearchParams(query), { receivers: [], maxBytes: 1 });
    },
    refusals: [RequestError],
  },
];

function filledStore(): Store {
  if (store === undefined) {
    store = new Store({ maxAgeMillis: Infinity, maxBytes: Infinity });
    store.addProfiles([DATA]);
  }
  return store;
}

function spanBytes(): Uint8Array {
  const time = [0, 0, 0x8a, 0x5d, 0x78, 0x45, 0xd7, 0x18];
  const ids = [
    ...field(
      1,
      Array.from({ length: 16 }, (_, i) => i),
    ),
    ...field(2, [1, 2, 3, 4, 5, 6, 7, 8]),
  ];
  return Uint8Array.from([...ids, ...field(5, bytes('GET /orders')), 0x30, 2, 0x39, ...time, 0x41, ...time]);
}

/** A field of protobuf with a length below 128. */
function field(number: number, content: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([(number << 3) | 2, content.length, ...Array.from(content)]);
}

function attempt(part: () => unknown): void {
  try {
    part();
  } catch {
    // Refused.
  }
}

function bytes(content: string | Uint8Array): Uint8Array {
  return Buffer.from(content as string);
}

function text(content: Uint8Array): string {
  return Buffer.from(content).toString();
}
