import assert from 'node:assert/strict';
import { resolve } from '../../../examples/receiver/decode.ts';

const strings = (...stringTable: string[]) => ({
  mappingTable: [],
  locationTable: [],
  functionTable: [],
  linkTable: [],
  stringTable,
  attributeTable: [],
  stackTable: [],
});

describe('decodeProfiles', () => {
  it('takes resource attributes from the string table, where a Collector puts them', () => {
    const attributes = [
      { keyStrindex: 1, value: { stringValueStrindex: 2 } },
      { keyStrindex: 3, value: { arrayValue: { values: [{ stringValueStrindex: 2 }, { stringValueStrindex: 0 }] } } },
      { key: 'plain', value: { intValue: 7n } },
    ];
    const { resource } = resolve({
      resourceProfiles: [{ resource: { attributes }, scopeProfiles: [{ profiles: [] }] }],
      dictionary: strings('', 'service.name', 'shop', 'command'),
    });
    assert.deepEqual(resource, { 'service.name': 'shop', command: ['shop', ''], plain: 7 });
  });
});
