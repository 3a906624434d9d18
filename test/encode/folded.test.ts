import assert from 'node:assert/strict';
import fc from 'fast-check';
import { profileToFolded } from '../../src/encode/folded.ts';
import { foldedToProfile } from '../../src/encode/folded-import.ts';
import { checkProfile } from '../../src/profile/check.ts';
import type { Profile } from '../../src/profile/model.ts';
import { anyProfile } from '../support/any-profile.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

const line = (functionName: string) => ({ ...frame(functionName), systemName: '', startLine: 0 });

function read(text: string): Profile {
  const made = foldedToProfile(text);
  checkProfile(made);
  return made;
}

function expectRefused(text: string, line: number, message: RegExp): void {
  assert.throws(() => foldedToProfile(text), { name: 'InvalidFoldedError', line, message });
}

describe('profileToFolded', () => {
  it('writes a line for each stack, root first, with the sum of its samples', () => {
    const text = profileToFolded(
      profile({
        samples: [
          sample({ value: 2 }),
          sample({ value: 2n ** 53n, attributes: { tier: 'gold' } }),
          sample({ value: 3, stack: [frame('handle')] }),
          sample({ value: 0, stack: [frame('never')] }),
          sample({ value: 4, stack: [] }),
        ],
      }),
    );
    assert.equal(text, '(no stack) 4\nhandle 3\nhandle;acquire 9007199254740994\n');
  });

  it('keeps names from being taken for something else', () => {
    const names = ['a;b', 'new\nline', '', ' x '];
    const text = profileToFolded(
      profile({ samples: [sample({ stack: names.map((name) => frame(name)).toReversed() })] }),
    );
    assert.equal(text, 'a:b;new line;(anonymous);x 1\n');
  });

  it('shows inlined calls one by one, and addresses without a name', () => {
    const stack = [
      { lines: [line('inner'), line('outer')], address: 1n, attributes: {} },
      { lines: [], address: 0x4000ffn, attributes: {} },
    ];
    assert.equal(profileToFolded(profile({ samples: [sample({ stack })] })), '0x4000ff;outer;inner 1\n');
  });

  it('shows positions if asked to', () => {
    const text = profileToFolded(profile({ samples: [sample({ stack: [frame('f')] })] }), { positions: true });
    assert.equal(text, 'f file:///app/pool.js:1:2 1\n');
  });
});

describe('foldedToProfile', () => {
  it('reads stacks, leaf last', () => {
    const { samples, sampleType } = read('main;run a thing;[lib.so] 12\r\n\nmain 9007199254740993\n');
    assert.deepEqual(sampleType, { type: 'samples', unit: 'count' });
    assert.deepEqual(
      samples.map(({ stack, value }) => [
        stack.flatMap((it) => ('lines' in it ? it.lines[0]!.functionName : [])),
        value,
      ]),
      [
        [['[lib.so]', 'run a thing', 'main'], 12],
        [['main'], 9_007_199_254_740_993n],
      ],
    );
    assert.equal(samples[0]!.stack[2], samples[1]!.stack[0]);
  });

  it('adds up lines of one stack', () => {
    assert.deepEqual(
      read('a;b 1\na 5\na;b 2').samples.map(({ value }) => value),
      [3, 5],
    );
  });

  it('reads what was written', () => {
    fc.assert(
      fc.property(anyProfile(), (made) => {
        // The sum of a stack may be beyond 64 bits, which is right to write and right to refuse.
        const samples = made.samples.map((one) => ({ ...one, value: BigInt.asIntN(60, BigInt(one.value)) }));
        const text = profileToFolded({ ...made, samples });
        assert.equal(profileToFolded(read(text)), text);
      }),
    );
  });

  it('refuses what is no folded stack, with the number of the line and its text', () => {
    expectRefused('a 1\na;b', 2, /^line 2: must be names .* got "a;b"$/);
    expectRefused('a;b 1.5', 1, /got "a;b 1.5"$/);
    expectRefused('12', 1, /^line 1: must be names/);
    expectRefused('\n\na;;b 1', 3, /^line 3: every frame must have a name, got "a;;b 1"$/);
    expectRefused(`a ${2n ** 63n}`, 1, /must fit 64 bits/);
    expectRefused(`a ${2n ** 62n}\na ${2n ** 62n}`, 2, /the sum for its stack must fit 64 bits/);
  });

  it('refuses a long line of spaces without delay', () => {
    expectRefused(`a${' '.repeat(1 << 20)}b`, 1, /^line 1/);
  });
});
