import assert from 'node:assert/strict';
import { locationIdentity, sampleIdentity } from '../../src/profile/identity.ts';
import { entryOf, locationOf } from '../../src/profile/location.ts';
import type { Location, StackEntry } from '../../src/profile/model.ts';
import { frame, sample } from '../support/profiles-data.ts';

const LINE = { ...frame('handle'), systemName: '', startLine: 0 };
const PLAIN: Location = { lines: [LINE], address: 0n, attributes: { 'profile.frame.type': 'v8js' } };
const MAPPING = { memoryStart: 1n, memoryLimit: 2n, fileOffset: 3n, file: '/bin/app', attributes: {} };

/** Each says something that a frame does not. */
const OTHERS: Readonly<Record<string, Location>> = {
  'an address': { ...PLAIN, address: 1n },
  'a mapping': { ...PLAIN, mapping: MAPPING },
  'a mapping of another start': { ...PLAIN, mapping: { ...MAPPING, memoryStart: 0n } },
  'a mapping of another limit': { ...PLAIN, mapping: { ...MAPPING, memoryLimit: 9n } },
  'a mapping of another offset': { ...PLAIN, mapping: { ...MAPPING, fileOffset: 9n } },
  'a mapping of another file': { ...PLAIN, mapping: { ...MAPPING, file: '/bin/other' } },
  'a mapping of another build': {
    ...PLAIN,
    mapping: { ...MAPPING, attributes: { 'process.executable.build_id.gnu': 'a' } },
  },
  'another type of frame': { ...PLAIN, attributes: { 'profile.frame.type': 'go' } },
  'no type of frame': { ...PLAIN, attributes: {} },
  'a version of no package': { ...PLAIN, attributes: { ...PLAIN.attributes, 'taskprof.package.version': '1' } },
  'a package whose name is no text': { ...PLAIN, attributes: { ...PLAIN.attributes, 'taskprof.package.name': 1 } },
  'a package whose version is no text': {
    ...PLAIN,
    attributes: { ...PLAIN.attributes, 'taskprof.package.name': 'pg', 'taskprof.package.version': 1 },
  },
  'a further attribute': { ...PLAIN, attributes: { ...PLAIN.attributes, 'pprof.location.is_folded': true } },
  'a name for the linker': { ...PLAIN, lines: [{ ...LINE, systemName: 'handle' }] },
  'a start of the function': { ...PLAIN, lines: [{ ...LINE, startLine: 1 }] },
  'an inlined line': { ...PLAIN, lines: [LINE, LINE] },
  'no line': { ...PLAIN, lines: [] },
};

describe('a frame and the location that it stands for', () => {
  it('are made of each other', () => {
    assert.deepEqual(locationOf(frame('handle')), PLAIN);
    assert.deepEqual(entryOf(PLAIN), frame('handle'));
  });

  it('are the same to encoders', () => {
    assert.equal(locationIdentity(PLAIN), locationIdentity(frame('handle')));
  });

  it('are made of each other where the frame is of a package', () => {
    const ofPackage = { ...frame('query'), packageName: 'pg', packageVersion: '8.1.0' };
    const attributes = {
      'profile.frame.type': 'v8js',
      'taskprof.package.name': 'pg',
      'taskprof.package.version': '8.1.0',
    };
    assert.deepEqual(locationOf(ofPackage).attributes, attributes);
    assert.deepEqual(entryOf(locationOf(ofPackage)), ofPackage);
    const ofAnyVersion = { ...frame('query'), packageName: 'pg' };
    assert.deepEqual(locationOf(ofAnyVersion).attributes, { ...PLAIN.attributes, 'taskprof.package.name': 'pg' });
    assert.deepEqual(entryOf(locationOf(ofAnyVersion)), ofAnyVersion);
    assert.notEqual(locationIdentity(ofPackage), locationIdentity(ofAnyVersion));
    assert.notEqual(locationIdentity(ofPackage), locationIdentity(frame('query')));
  });

  for (const [what, location] of Object.entries(OTHERS)) {
    it(`are not what has ${what}`, () => {
      assert.equal(entryOf(location), location);
      assert.equal(locationOf(location), location);
    });
  }

  it('are different from each other as soon as one thing is', () => {
    const frames = [{ functionName: 'f' }, { file: 'f' }, { line: 9 }, { column: 9 }];
    const entries: StackEntry[] = [
      PLAIN,
      ...Object.values(OTHERS),
      ...frames.map((it) => ({ ...frame('handle'), ...it })),
    ];
    assert.equal(new Set(entries.map(locationIdentity)).size, entries.length);
  });
});

describe('the identity of a sample', () => {
  it('is of its stack, its attributes in any order, and its link', () => {
    const link = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const unlinked = sample({ attributes: { a: 1, b: 2, c: 3 } });
    const base = { ...unlinked, link };
    const identity = sampleIdentity(base);
    assert.equal(sampleIdentity({ ...base, attributes: { c: 3, a: 1, b: 2 }, value: 9 }), identity);
    for (const change of [
      { stack: [frame('other')] },
      { attributes: { a: 1, b: 2 } },
      { link: { ...link, traceId: link.traceId.replace('0a', '0b') } },
      { link: { ...link, spanId: link.spanId.replace('b7', 'b8') } },
    ]) {
      assert.notEqual(sampleIdentity({ ...base, ...change }), identity);
    }
    assert.notEqual(sampleIdentity(unlinked), identity);
  });

  it('knows whole numbers by their value, and all else by its kind', () => {
    const of = (value: unknown): string => sampleIdentity(sample({ attributes: { key: value as string } }));
    assert.equal(of(5), of(5n));
    assert.equal(of([5, 2n]), of([5n, 2]));
    const others = [5, '5', 0.5, '0.5', true, 'true', [5], ['5'], { value: 5, unit: 'bytes' }, { value: 5, unit: 's' }];
    assert.equal(new Set(others.map(of)).size, others.length);
  });
});
