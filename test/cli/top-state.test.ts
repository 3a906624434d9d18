import assert from 'node:assert/strict';
import { initialState, type Key, KEY_HELP, pressKey, type TopState } from '../../src/cli/top-state.ts';

const START = initialState('tasks', 'tree', false);

function press(state: TopState, ...keys: (string | Key)[]): TopState {
  return keys.reduce<TopState>((at, key) => {
    return pressKey(at, typeof key === 'string' ? { sequence: key, name: key.toLowerCase() } : key, 10).state;
  }, state);
}

describe('keys of top', () => {
  it('type into the filter what would be a command otherwise', () => {
    const typed = press(START, '/', 'q', 'G', ' ', 'ö');
    assert.equal(typed.typed, 'qG ö');
    assert.equal(pressKey(typed, { name: 'q', sequence: 'q' }, 10).action, undefined);
  });

  it('take a filter with Enter, and leave it as it was with Escape', () => {
    const filtered = press(START, '/', 'a', { name: 'return', sequence: '\r' });
    assert.deepEqual([filtered.matching, filtered.typed], ['a', undefined]);
    const left = press(filtered, '/', 'b', { name: 'escape', sequence: '\x1b' });
    assert.deepEqual([left.matching, left.typed], ['a', undefined]);
    assert.equal(press(left, { name: 'escape', sequence: '\x1b' }).matching, '');
  });

  it('do not type control characters or sequences, or without an end', () => {
    const typed = press(START, '/', { name: 'up', sequence: '\x1b[A' }, { sequence: '\x07' }, 'x'.repeat(201), 'y');
    assert.equal(typed.typed, 'y');
  });

  it('quit by Ctrl-C also while a filter is typed', () => {
    assert.equal(pressKey(press(START, '/'), { name: 'c', ctrl: true, sequence: '\x03' }, 10).action, 'quit');
  });

  it('do nothing where they have no meaning', () => {
    for (const key of ['x', '7', 'constructor', '__proto__']) assert.equal(press(START, key), START);
  });

  it('do what the help says', () => {
    const documented = KEY_HELP.flatMap(([keys]) => keys.split(/[, ]+/)).filter((key) => key.length === 1);
    assert.ok(documented.length > 10);
    const state: TopState = { ...START, order: 'name', matching: 'm', scroll: 3 };
    for (const key of documented) {
      const step = pressKey(state, { sequence: key, name: key.toLowerCase() }, 10);
      assert.ok(step.action !== undefined || JSON.stringify(step.state) !== JSON.stringify(state), key);
    }
    assert.equal(pressKey(START, { name: 'q', sequence: 'q' }, 10).action, 'quit');
    assert.equal(pressKey(START, { name: 'r', sequence: 'r' }, 10).action, 'refresh');
  });
});
