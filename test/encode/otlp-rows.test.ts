import assert from 'node:assert/strict';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { checkProfile } from '../../src/profile/check.ts';
import type { Location, Mapping } from '../../src/profile/model.ts';
import { foreignProfile, TYPES } from '../support/foreign-otlp.ts';

describe('rows of the tables of an OTLP message', () => {
  const TEXTS = [...TYPES, 'a', 'b', 'bytes', '5', '7', '0.5', 'x', 'y', 'x,y', 'true'];
  const at = (text: string): number => TEXTS.indexOf(text);
  const hasSample = (changes: object): object => ({ values: [1], ...changes });

  /** Whether two rows are told apart, by two samples that are alike but for these. */
  function areApart(samples: readonly object[], tables: object): boolean {
    const { messages } = otlpToProfiles(foreignProfile({ samples }, { stringTable: TEXTS, ...tables }));
    const [profile] = messages[0]!.profiles;
    checkProfile(profile!);
    return profile!.samples.length === 2;
  }

  const areValuesApart = (values: readonly [object, object], units: readonly string[] = ['', '']): boolean =>
    areApart([hasSample({ attributeIndices: [1] }), hasSample({ attributeIndices: [2] })], {
      attributeTable: [{}, ...values.map((value, i) => ({ keyStrindex: at('a'), value, unitStrindex: at(units[i]!) }))],
    });

  const int = (intValue: number | string): object => ({ intValue });
  const text = (stringValue: string): object => ({ stringValue });
  const list = (...values: object[]): object => ({ arrayValue: { values } });
  for (const [what, values, units] of [
    ['a number and its text', [int(5), text('5')]],
    ['a fraction and its text', [{ doubleValue: 0.5 }, text('0.5')]],
    ['two fractions', [{ doubleValue: 0.5 }, { doubleValue: 0.25 }]],
    ['a whole number beyond 2^53 and the double of the same size', [int(`${2n ** 60n}`), { doubleValue: 2 ** 60 }]],
    ['a boolean and its text', [{ boolValue: true }, text('true')]],
    ['numbers and their texts', [list(int(5), int(7)), list(text('5'), text('7'))]],
    ['a list of one text and the text', [list(text('x')), text('x')]],
    ['two lists of texts', [list(text('x'), text('y')), list(text('x,y'))]],
    ['lists of other texts', [list(text('x')), list(text('y'))]],
    ['two texts', [text('x'), text('y')]],
    ['a number with a unit and without', [int(5), int(5)], ['', 'bytes']],
    ['a number with one unit and another', [int(5), int(5)], ['count', 'bytes']],
  ] as const) {
    it(`tell ${what} apart`, () => assert.ok(areValuesApart(values, units)));
  }

  it('are one where their values are written alike', () => {
    for (const value of [text('x'), { doubleValue: 0.5 }, list(text('x'), text('y')), list(int(5)), int(5)]) {
      assert.ok(!areValuesApart([value, value]), JSON.stringify(value));
    }
    assert.ok(!areValuesApart([int(5), { doubleValue: 5 }]));
    assert.ok(!areValuesApart([int(5), int(5)], ['bytes', 'bytes']));
  });

  const onStack = (index: number): object => hasSample({ stackIndex: index });
  const STACKS = [{}, { locationIndices: [1] }, { locationIndices: [2] }];
  const areFunctionsApart = (changes: object): boolean =>
    areApart([onStack(1), onStack(2)], {
      functionTable: [{}, { nameStrindex: at('a') }, { nameStrindex: at('a'), ...changes }],
      locationTable: [{}, { lines: [{ functionIndex: 1 }] }, { lines: [{ functionIndex: 2 }] }],
      stackTable: STACKS,
    });
  const areMappingsApart = (changes: object): boolean =>
    areApart([onStack(1), onStack(2)], {
      mappingTable: [{}, { memoryLimit: 4 }, { memoryLimit: 4, ...changes }],
      locationTable: [{}, { mappingIndex: 1 }, { mappingIndex: 2 }],
      stackTable: STACKS,
      attributeTable: [{}, { keyStrindex: at('a'), value: int(5) }],
    });

  it('tell functions apart by all that is said of them', () => {
    assert.ok(!areFunctionsApart({}));
    for (const changes of [
      { nameStrindex: at('b') },
      { nameStrindex: 0, systemNameStrindex: at('a') },
      { filenameStrindex: at('a') },
      { startLine: 1 },
    ]) {
      assert.ok(areFunctionsApart(changes), JSON.stringify(changes));
    }
  });

  it('tell mappings apart by all that is said of them', () => {
    assert.ok(!areMappingsApart({}));
    for (const changes of [
      { memoryStart: 1 },
      { memoryLimit: 5 },
      { fileOffset: 1 },
      { filenameStrindex: at('a') },
      { attributeIndices: [1] },
    ]) {
      assert.ok(areMappingsApart(changes), JSON.stringify(changes));
    }
  });

  it('tell samples apart by their links, and not by one without ids', () => {
    const link = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1) };
    const linkTable = [
      {},
      link,
      {},
      { ...link, spanId: Buffer.alloc(8, 2) },
      { ...link, traceId: Buffer.alloc(16, '\0x') },
    ];
    for (const linkIndex of [3, 4])
      assert.ok(areApart([hasSample({ linkIndex: 1 }), hasSample({ linkIndex })], { linkTable }));
    assert.ok(areApart([hasSample({}), hasSample({ linkIndex: 4 })], { linkTable }));
    assert.ok(areApart([hasSample({}), hasSample({ linkIndex: 1 })], { linkTable }));
    assert.ok(!areApart([hasSample({}), hasSample({ linkIndex: 2 })], { linkTable }));
  });

  it('are no stack without frames', () => {
    assert.ok(!areApart([hasSample({}), onStack(1)], { stackTable: [{}, {}] }));
    assert.ok(!areApart([onStack(2), onStack(1)], { stackTable: [{}, {}, {}] }));
    assert.ok(areApart([hasSample({}), onStack(1)], { stackTable: STACKS, locationTable: [{}, {}] }));
  });

  it('are no mapping where nothing is said of it', () => {
    const mappingOf = (mapping: object): Mapping | undefined => {
      const tables = {
        stringTable: TEXTS,
        mappingTable: [{}, mapping],
        locationTable: [{}, { mappingIndex: 1 }],
        stackTable: [{}, { locationIndices: [1] }],
        attributeTable: [{}, { keyStrindex: at('a'), value: int(5) }],
      };
      const { messages } = otlpToProfiles(foreignProfile({ samples: [onStack(1)] }, tables));
      const [entry] = messages[0]!.profiles[0]!.samples[0]!.stack;
      return (entry as Location).mapping;
    };
    const none = { memoryStart: 0n, memoryLimit: 0n, fileOffset: 0n, file: '', attributes: {} };
    assert.equal(mappingOf({}), undefined);
    assert.deepEqual(mappingOf({ memoryStart: 1 }), { ...none, memoryStart: 1n });
    assert.deepEqual(mappingOf({ memoryLimit: 1 }), { ...none, memoryLimit: 1n });
    assert.deepEqual(mappingOf({ fileOffset: 1 }), { ...none, fileOffset: 1n });
    assert.deepEqual(mappingOf({ filenameStrindex: at('a') }), { ...none, file: 'a' });
    assert.deepEqual(mappingOf({ attributeIndices: [1] }), { ...none, attributes: { a: 5 } });
  });
});
