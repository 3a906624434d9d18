import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { Label } from 'pprof-format';
import { Location, Mapping, Function as PprofFunction, Profile, Sample, StringTable } from 'pprof-format';
import { pprofToProfiles, type PprofImport, type PprofImportOptions } from '../../src/encode/pprof-import.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { checkProfile } from '../../src/profile/check.ts';
import type { AttributesWithUnits, ProfileSample } from '../../src/profile/model.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';

type ProfileInput = NonNullable<ConstructorParameters<typeof Profile>[0]>;
type LabelOf = (text: (text: string) => number) => ConstructorParameters<typeof Label>[0];

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** The bytes of a pprof; `fields` gets the function that gives a text its index. */
function pprof(fields: (text: (text: string) => number) => ProfileInput): Uint8Array {
  const stringTable = new StringTable();
  return new Profile({ ...fields((text) => stringTable.dedup(text)), stringTable }).encode();
}

/** A pprof of one sample type and samples without a stack. */
function labelled(...labels: LabelOf[]): Uint8Array {
  return pprof((text) => ({
    sampleType: [{ type: text('cpu'), unit: text('nanoseconds') }],
    sample: [new Sample({ value: [1], label: labels.map((label) => label(text)) })],
  }));
}

function read(bytes: Uint8Array, options?: PprofImportOptions): PprofImport {
  const result = pprofToProfiles(bytes, options);
  for (const profile of result.data.profiles) checkProfile(profile);
  assert.deepEqual(modelOfOtlp(encodeOtlpProtobuf(result.data)).profiles, result.data.profiles);
  return result;
}

function firstSample(bytes: Uint8Array): ProfileSample {
  return read(bytes).data.profiles[0]!.samples[0]!;
}

function expectLabels(labels: LabelOf[], attributes: AttributesWithUnits, ...losses: string[]): void {
  const result = read(labelled(...labels));
  assert.deepEqual(result.data.profiles[0]!.samples[0]!.attributes, attributes);
  assert.deepEqual(
    result.losses.map(({ what, count }) => `${count} ${what}`),
    losses,
  );
}

const text =
  (key: string, value: string): LabelOf =>
  (index) => ({ key: index(key), str: index(value) });
const number =
  (key: string, num: number | bigint, unit = ''): LabelOf =>
  (index) => ({ key: index(key), num, numUnit: index(unit) });

/** As a Go or C++ profiler writes it. */
const NATIVE = pprof((index) => ({
  sampleType: [
    { type: index('alloc_objects'), unit: index('count') },
    { type: index('inuse_space'), unit: index('bytes') },
  ],
  sample: [
    new Sample({ locationId: [7, 9], value: [3, 2n ** 60n] }),
    new Sample({ locationId: [9], value: [0, 5] }),
    new Sample({ locationId: [7], value: [0, 0] }),
    new Sample({ locationId: [9], value: [1, -2] }),
  ],
  mapping: [
    new Mapping({
      id: 3,
      memoryStart: 0x400000,
      memoryLimit: 2n ** 64n - 1n,
      fileOffset: 4096,
      filename: index('/bin/app'),
      buildId: index('feed'),
      hasFunctions: true,
      hasInlineFrames: true,
    }),
    new Mapping({ id: 4, filename: index('[vdso]') }),
  ],
  location: [
    new Location({
      id: 7,
      mappingId: 3,
      address: 2n ** 63n,
      line: [
        { functionId: 1, line: 12, column: 3 },
        { functionId: 2, line: 40 },
      ],
      isFolded: true,
    }),
    new Location({ id: 9, mappingId: 3, address: 0x4000ff }),
    new Location({ id: 11 }),
  ],
  function: [
    new PprofFunction({
      id: 1,
      name: index('inner'),
      systemName: index('_Z5innerv'),
      filename: index('a.cc'),
      startLine: 10,
    }),
    new PprofFunction({ id: 2, name: index('outer'), filename: index('b.cc') }),
    new PprofFunction({ id: 5, name: index('unused') }),
  ],
  timeNanos: 1_790_000_000_123_456_789n,
  durationNanos: 5n,
  periodType: { type: index('space'), unit: index('bytes') },
  period: 524_288,
  comment: [index('built by hand'), index('twice')],
  dropFrames: index('^malloc$'),
  keepFrames: index('^keep$'),
  docUrl: index('https://example.com/heap'),
  defaultSampleType: index('inuse_space'),
}));

describe('pprofToProfiles', () => {
  it('leaves out values of 0, and keeps the first where all of a sample are', () => {
    const { data } = read(
      pprof((index) => ({
        sampleType: ['a', 'b'].map((type) => ({ type: index(type), unit: index('count') })),
        sample: [
          [0, 5],
          [7, 0],
          [0, 0],
        ].map((value, i) => new Sample({ value, label: [{ key: index('i'), num: i }] })),
      })),
    );
    assert.deepEqual(
      data.profiles.map(({ samples }) => samples.map(({ value, attributes }) => [attributes.i, value])),
      [
        [
          [1, 7],
          [2, 0],
        ],
        [[0, 5]],
      ],
    );
  });

  it('refuses values of samples that are alike whose sum is more than 64 bits', () => {
    const bytes = pprof((index) => ({
      sampleType: [{ type: index('cpu'), unit: index('nanoseconds') }],
      sample: [new Sample({ value: [2n ** 63n - 1n] }), new Sample({ value: [1] })],
    }));
    assert.throws(() => pprofToProfiles(bytes), {
      name: 'InvalidPprofError',
      message: /sample 1: the sum with one that is alike does not fit 64 bits/,
    });
  });

  it('takes a mapping of which nothing is said as none', () => {
    const none = { memoryStart: 0n, memoryLimit: 0n, fileOffset: 0n, file: '', attributes: {} };
    const mappingOf = (fields: (text: (text: string) => number) => object): unknown => {
      const bytes = pprof((index) => ({
        sampleType: [{ type: index('cpu'), unit: index('nanoseconds') }],
        sample: [new Sample({ value: [1], locationId: [1] })],
        mapping: [new Mapping({ id: 1, ...fields(index) })],
        location: [new Location({ id: 1, mappingId: 1, address: 1 })],
      }));
      return (firstSample(bytes).stack[0] as { mapping?: unknown }).mapping;
    };
    assert.equal(
      mappingOf(() => ({})),
      undefined,
    );
    for (const name of ['memoryStart', 'memoryLimit', 'fileOffset']) {
      assert.deepEqual(
        mappingOf(() => ({ [name]: 1 })),
        { ...none, [name]: 1n },
      );
    }
    assert.deepEqual(
      mappingOf((index) => ({ filename: index('a') })),
      { ...none, file: 'a' },
    );
    assert.deepEqual(
      mappingOf(() => ({ hasFunctions: true })),
      { ...none, attributes: { 'pprof.mapping.has_functions': true } },
    );
  });

  it('makes a profile of each sample type, over the same stacks', () => {
    const { data, losses } = read(NATIVE, { resource: { 'service.name': 'shop' }, frameType: 'native' });
    const mapping = {
      memoryStart: 0x400000n,
      memoryLimit: 2n ** 64n - 1n,
      fileOffset: 4096n,
      file: '/bin/app',
      attributes: {
        'process.executable.build_id.gnu': 'feed',
        'pprof.mapping.has_functions': true,
        'pprof.mapping.has_inline_frames': true,
      },
    };
    const inner = { functionName: 'inner', systemName: '_Z5innerv', file: 'a.cc', startLine: 10, line: 12, column: 3 };
    const outer = { functionName: 'outer', systemName: '', file: 'b.cc', startLine: 0, line: 40, column: 0 };
    const known = {
      lines: [inner, outer],
      address: 2n ** 63n,
      mapping,
      attributes: { 'profile.frame.type': 'native', 'pprof.location.is_folded': true },
    };
    const unknown = { lines: [], address: 0x4000ffn, mapping, attributes: { 'profile.frame.type': 'native' } };
    const shared = {
      periodType: { type: 'space', unit: 'bytes' },
      period: 524_288,
      timeUnixNano: 1_790_000_000_123_456_789n,
      durationNano: 5n,
      attributes: {
        'pprof.profile.doc_url': 'https://example.com/heap',
        'pprof.profile.drop_frames': '^malloc$',
        'pprof.profile.keep_frames': '^keep$',
        'pprof.profile.comment': ['built by hand', 'twice'],
      },
    };
    assert.deepEqual(data, {
      resource: { attributes: { 'service.name': 'shop' } },
      scope: {
        name: '',
        version: '',
        attributes: { 'pprof.scope.default_sample_type': 'inuse_space', 'pprof.scope.sample_type_order': [0, 1] },
      },
      profiles: [
        {
          sampleType: { type: 'alloc_objects', unit: 'count' },
          ...shared,
          samples: [
            { stack: [known, unknown], attributes: {}, value: 3 },
            { stack: [unknown], attributes: {}, value: 1 },
            { stack: [known], attributes: {}, value: 0 },
          ],
        },
        {
          sampleType: { type: 'inuse_space', unit: 'bytes' },
          ...shared,
          samples: [
            { stack: [known, unknown], attributes: {}, value: 2n ** 60n },
            { stack: [unknown], attributes: {}, value: 3 },
          ],
        },
      ],
    });
    assert.deepEqual(losses, [
      { what: 'samples of a stack and labels that another has; added to that', count: 1 },
      { what: 'locations that no sample refers to', count: 1 },
      { what: 'functions that no sample refers to', count: 1 },
      { what: 'mappings that no sample refers to', count: 1 },
    ]);
  });

  it('reads it gzip-ed as well', () => {
    assert.deepEqual(pprofToProfiles(gzipSync(NATIVE)), pprofToProfiles(NATIVE));
  });

  it('carries the bytes along at the first profile if asked to', () => {
    const { data } = read(NATIVE, { originalPayload: true });
    assert.deepEqual(data.profiles[0]!.originalPayload, { format: 'pprof', bytes: new Uint8Array(NATIVE) });
    assert.equal(data.profiles[1]!.originalPayload, undefined);
  });

  it('makes a plain frame of a JavaScript location', () => {
    const bytes = pprof((index) => ({
      sampleType: [{ type: index('wall'), unit: index('nanoseconds') }],
      sample: [new Sample({ locationId: [1], value: [1] })],
      location: [new Location({ id: 1, line: [{ functionId: 1, line: 3, column: 4 }] })],
      function: [new PprofFunction({ id: 1, name: index('handle'), filename: index('a.js') })],
    }));
    const { data } = read(bytes, { frameType: 'v8js' });
    const stack = [{ functionName: 'handle', file: 'a.js', line: 3, column: 4 }];
    assert.deepEqual(data.profiles[0]!.samples[0]!.stack, stack);
  });

  it('takes the sample type and 1 for a period that is not told', () => {
    const [profile] = read(labelled()).data.profiles;
    assert.deepEqual(profile!.periodType, { type: 'cpu', unit: 'nanoseconds' });
    assert.equal(profile!.period, 1);
  });

  it('keeps labels as they are: names, texts, numbers of 64 bits, units, several of one name', () => {
    expectLabels(
      [
        text('thread name', 'worker'),
        number('span id', 2n ** 62n),
        number('low', -(2n ** 63n)),
        number('allocated', 4096, 'bytes'),
        text('tag', 'a'),
        text('tag', 'b'),
        number('sizes', 8, 'bytes'),
        number('sizes', 9, 'bytes'),
        number('zero', 0),
        number('__proto__', 1),
      ],
      Object.fromEntries<AttributesWithUnits[string]>([
        ['thread name', 'worker'],
        ['span id', 2n ** 62n],
        ['low', -(2n ** 63n)],
        ['allocated', { value: 4096, unit: 'bytes' }],
        ['tag', ['a', 'b']],
        ['sizes', { value: [8, 9], unit: 'bytes' }],
        ['zero', 0],
        ['__proto__', 1],
      ]),
    );
  });

  it('makes a link of the ids of a trace and a span', () => {
    const sample = firstSample(labelled(text('trace_id', LINK.traceId), text('span_id', LINK.spanId), text('a', 'b')));
    assert.deepEqual(sample.link, LINK);
    assert.deepEqual(sample.attributes, { a: 'b' });
  });

  it('leaves ids alone that are none of OpenTelemetry', () => {
    expectLabels([text('trace_id', LINK.traceId)], { trace_id: LINK.traceId });
    expectLabels([text('trace_id', LINK.traceId), number('span_id', 5)], { trace_id: LINK.traceId, span_id: 5 });
    expectLabels([text('trace_id', '0'.repeat(32)), text('span_id', LINK.spanId)], {
      trace_id: '0'.repeat(32),
      span_id: LINK.spanId,
    });
  });

  it('reports labels that OTLP has no place for', () => {
    expectLabels([text('', 'x'), number('', 1)], {}, '2 labels without a name');
    expectLabels(
      [(index) => ({ key: index('a'), str: index('x'), num: 5 })],
      { a: 'x' },
      '1 numbers of labels that have a string as well',
    );
    expectLabels(
      [number('a', 1), text('a', 'x')],
      { a: ['x', '1'] },
      '1 numbers of labels that have strings as well; kept as strings',
    );
    expectLabels(
      [number('a', 1, 'bytes'), number('a', 2), number('a', 3, 'seconds')],
      { a: [1, 2, 3] },
      '2 units of labels whose numbers have different ones',
    );
  });

  it('reports times and positions that OTLP has no place for', () => {
    const bytes = pprof((index) => ({
      sampleType: [{ type: index('cpu'), unit: 0 }],
      sample: [new Sample({ locationId: [1, 1], value: [1] })],
      location: [new Location({ id: 1, line: [{ functionId: 0, line: -3 }] })],
      timeNanos: -1,
      durationNanos: -2,
      period: -3,
    }));
    assert.deepEqual(
      read(bytes).losses.map(({ what, count }) => `${count} ${what}`),
      [
        '1 times before 1970; set to 0',
        '1 durations below 0; set to 0',
        '1 lines and columns below 0 or beyond 2^53; set to 0',
        '1 periods below 0; set to 1',
      ],
    );
  });

  it('reports fields that pprof does not define', () => {
    // Field 9 of Label, a number.
    const unknown = Buffer.from([0x48, 0x05]);
    const label = Buffer.concat([Buffer.from([0x08, 0x01, 0x18, 0x07]), unknown]);
    const sample = Buffer.concat([Buffer.from([0x12, 0x01, 0x01, 0x1a, label.length]), label]);
    const strings = Buffer.from([0x32, 0x00, 0x32, 0x01, 0x61]);
    const bytes = Buffer.concat([Buffer.from([0x0a, 0x02, 0x08, 0x01, 0x12, sample.length]), sample, strings]);
    const { data, losses } = read(bytes);
    assert.deepEqual(data.profiles[0]!.samples[0]!.attributes, { a: 7 });
    assert.deepEqual(losses, [{ what: 'fields of number 9 in Label, which pprof does not define', count: 1 }]);
  });
});
