import type { RawDictionary, RawProfile } from './raw.ts';

export type TableName = 'mapping' | 'location' | 'function' | 'link' | 'string' | 'attribute' | 'stack';

/** The tables of a dictionary by name. */
export function tables(dictionary: RawDictionary): Record<TableName, readonly unknown[]> {
  return {
    mapping: dictionary.mappingTable,
    location: dictionary.locationTable,
    function: dictionary.functionTable,
    link: dictionary.linkTable,
    string: dictionary.stringTable,
    attribute: dictionary.attributeTable,
    stack: dictionary.stackTable,
  };
}

/** Every index that something refers to, by table; from what is written, absent fields refer to entry 0. */
class References {
  readonly used: Record<TableName, Set<number>> = {
    mapping: new Set(),
    location: new Set(),
    function: new Set(),
    link: new Set(),
    string: new Set(),
    attribute: new Set(),
    stack: new Set(),
  };

  add(table: TableName, ...indices: (number | undefined)[]): void {
    for (const index of indices) this.used[table].add(index ?? 0);
  }
}

/** No index outside its table, and no entry but the zero value that nothing refers to. */
export function checkReferences(dictionary: RawDictionary, profiles: readonly RawProfile[]): string[] {
  const references = new References();
  for (const profile of profiles) addProfile(references, profile);
  for (const { locationIndices } of dictionary.stackTable) references.add('location', ...locationIndices);
  for (const { mappingIndex, attributeIndices, lines } of dictionary.locationTable) {
    references.add('mapping', mappingIndex);
    references.add('attribute', ...attributeIndices);
    references.add('function', ...lines.map(({ functionIndex }) => functionIndex));
  }
  for (const { nameStrindex, systemNameStrindex, filenameStrindex } of dictionary.functionTable) {
    references.add('string', nameStrindex, systemNameStrindex, filenameStrindex);
  }
  for (const { keyStrindex, unitStrindex } of dictionary.attributeTable) {
    references.add('string', keyStrindex, unitStrindex);
  }
  for (const { filenameStrindex, attributeIndices } of dictionary.mappingTable) {
    references.add('string', filenameStrindex);
    references.add('attribute', ...attributeIndices);
  }
  return Object.entries(tables(dictionary)).flatMap(([name, table]) =>
    compare(name, references.used[name as TableName], table.length),
  );
}

function addProfile(references: References, profile: RawProfile): void {
  for (const type of [profile.sampleType, profile.periodType]) {
    references.add('string', type?.typeStrindex, type?.unitStrindex);
  }
  references.add('attribute', ...profile.attributeIndices);
  for (const { stackIndex, linkIndex, attributeIndices } of profile.samples) {
    references.add('stack', stackIndex);
    references.add('link', linkIndex);
    references.add('attribute', ...attributeIndices);
  }
}

function compare(name: string, used: ReadonlySet<number>, length: number): string[] {
  const outside = [...used].filter((index) => index < 0 || index >= length);
  const orphans = Array.from({ length }, (_, index) => index).filter((index) => index > 0 && !used.has(index));
  return [
    ...outside.map((index) => `${name} index ${index} is outside the table of ${length}`),
    ...orphans.map((index) => `${name} table: nothing refers to entry ${index}`),
  ];
}
