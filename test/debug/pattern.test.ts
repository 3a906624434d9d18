import assert from 'node:assert/strict';
import { checkPattern, framesMatching } from '../../src/debug/pattern.ts';
import { frame } from '../support/profiles-data.ts';

/** Backtracks for years on a text of word characters that does not end as it asks for. */
const EVIL = '^(\\w+\\W?)+=$';

describe('framesMatching', () => {
  it('gives the frames whose text matches, each asked once', async () => {
    const frames = [frame('acquire'), frame('release'), frame('acquire', 'node:net')];
    const matching = await framesMatching([...frames, frames[0]!], 'acquire .file:///app/pool.js:7:14.$');
    assert.deepEqual([...matching], [frames[0]]);
  });

  it('finds them in lists of any length, with turns of the event loop in between', async () => {
    const frames = Array.from({ length: 1_000 }, (_, i) => frame(`handler${i}`));
    let turns = 0;
    let counter: NodeJS.Immediate;
    const count = (): void => {
      turns++;
      counter = setImmediate(count);
    };
    count();
    const matching = await framesMatching(frames, 'handler\\d*7 ', 10_000).finally(() => clearImmediate(counter));
    assert.deepEqual(
      [...matching],
      frames.filter(({ functionName }) => functionName.endsWith('7')),
    );
    assert.ok(turns >= 4, String(turns));
  });

  it('ends a pattern that would go on for years', async () => {
    await assert.rejects(framesMatching([frame('a'.repeat(200))], EVIL), {
      name: 'RequestError',
      status: 400,
      message: `matching must be a regular expression that takes at most 50 ms on the frames of this process, got ${JSON.stringify(EVIL)}`,
    });
  });

  it('ends one that is only slow, on many frames, at the same limit for all of them', async () => {
    const slow = '(?:a?){20}a{20}=';
    const frames = Array.from({ length: 100_000 }, (_, i) => frame(`${'a'.repeat(25)}${i}`));
    await assert.rejects(framesMatching(frames, slow, 20), { name: 'RequestError', status: 400 });
  });

  it('goes on to match after one was ended', async () => {
    await assert.rejects(framesMatching([frame('a'.repeat(200))], EVIL, 5));
    assert.equal((await framesMatching([frame('acquire')], 'acq')).size, 1);
  });
});

describe('checkPattern', () => {
  it('takes regular expressions', () => {
    for (const source of ['', 'pool\\.connect', '^(GET|PUT) /\\w{2,30}', 'x{2,}']) {
      assert.equal(checkPattern(source), undefined, source);
    }
  });

  it('says what is wrong with others', () => {
    assert.equal(checkPattern('(['), 'a regular expression (Unterminated character class)');
    assert.equal(checkPattern('a'.repeat(501)), 'a regular expression of at most 500 characters');
  });

  it('refuses repetitions of repetitions, which take long to compile', () => {
    const requirement = 'a regular expression whose repetitions multiply to at most 1000';
    assert.equal(checkPattern('(?:(?:(?:(?:a?){50}){50}){50}){50}'), requirement);
    assert.equal(checkPattern('a{1001}'), requirement);
    assert.equal(checkPattern('(a{2,}){501}'), requirement);
    assert.equal(checkPattern('(a{10}){100}'), undefined);
  });
});
