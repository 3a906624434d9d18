import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeOtlpJson } from '../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { checkProfile } from '../../src/profile/check.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { arbitraryProfilesData } from '../support/arbitrary-profiles.ts';
import { jsonToProtobuf, protobufToJson } from '../support/otlp-json.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { runs } from '../support/property-seed.ts';

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

function json(data: ProfilesData): unknown {
  return JSON.parse(Buffer.from(encodeOtlpJson(data)).toString());
}

describe('encodeOtlpJson', () => {
  it('writes names in lowerCamelCase, ids in hex, integers of 64 bits as text', () => {
    const attributes = { tier: 2, ratio: 0.5, hot: true };
    const data = profilesData(profile({ samples: [sample({ stack: [frame('acquire')], attributes, link: LINK })] }));
    assert.deepEqual(json(data), {
      resourceProfiles: [
        {
          resource: {
            attributes: [
              { key: 'service.name', value: { stringValue: 'shop' } },
              { key: 'process.pid', value: { intValue: '4711' } },
            ],
          },
          scopeProfiles: [
            {
              scope: { name: 'otel-taskprof', version: '1.2.3' },
              profiles: [
                {
                  sampleType: { typeStrindex: 1, unitStrindex: 2 },
                  samples: [{ stackIndex: 1, attributeIndices: [2, 3, 4], linkIndex: 1, values: ['1'] }],
                  timeUnixNano: '1790000000123456789',
                  durationNano: '10000000001',
                  periodType: { typeStrindex: 1, unitStrindex: 2 },
                  period: '1',
                },
              ],
            },
          ],
        },
      ],
      dictionary: {
        mappingTable: [{}],
        locationTable: [{}, { lines: [{ functionIndex: 1, line: '7', column: '14' }], attributeIndices: [1] }],
        functionTable: [{}, { nameStrindex: 4, filenameStrindex: 5 }],
        linkTable: [{}, LINK],
        stringTable: [
          '',
          'tasks',
          'count',
          'profile.frame.type',
          'acquire',
          'file:///app/pool.js',
          'tier',
          'ratio',
          'hot',
        ],
        attributeTable: [
          {},
          { keyStrindex: 3, value: { stringValue: 'v8js' } },
          { keyStrindex: 6, value: { intValue: '2' } },
          { keyStrindex: 7, value: { doubleValue: 0.5 } },
          { keyStrindex: 8, value: { boolValue: true } },
        ],
        stackTable: [{}, { locationIndices: [1] }],
      },
    });
  });

  it('writes numbers that JSON does not have as protobuf does', () => {
    const attributes = { up: Infinity, down: -Infinity, none: NaN };
    const data = profilesData(profile({ attributes, samples: [] }));
    const { dictionary } = json(data) as { dictionary: { attributeTable: { value?: unknown }[] } };
    assert.deepEqual(
      dictionary.attributeTable.slice(1).map(({ value }) => value),
      [{ doubleValue: 'Infinity' }, { doubleValue: '-Infinity' }, { doubleValue: 'NaN' }],
    );
    assert.deepEqual(json(data), protobufToJson(encodeOtlpProtobuf(data)));
  });

  it('replaces half a surrogate pair, as protobuf does', () => {
    const data = profilesData(profile({ samples: [sample({ stack: [frame('a\ud800b')] })] }));
    assert.deepEqual(json(data), protobufToJson(encodeOtlpProtobuf(data)));
  });

  it('holds what protobuf holds, whatever a profile holds', () => {
    fc.assert(
      fc.property(arbitraryProfilesData, (data) => {
        data.profiles.forEach(checkProfile);
        const protobuf = encodeOtlpProtobuf(data);
        assert.deepEqual(json(data), protobufToJson(protobuf));
        assert.deepEqual(modelOfOtlp(jsonToProtobuf(encodeOtlpJson(data))), modelOfOtlp(protobuf));
      }),
      { numRuns: runs(200) },
    );
  });
});
