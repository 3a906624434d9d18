import assert from 'node:assert/strict';
import { InvalidOptionError, printable, toError } from '../../src/base/errors.ts';

describe('InvalidOptionError', () => {
  it('names the option, what it must be, and the value', () => {
    const error = new InvalidOptionError('exportIntervalMillis', 'a number of milliseconds greater than 0', 'soon');
    assert.equal(error.message, 'exportIntervalMillis must be a number of milliseconds greater than 0, got "soon"');
    assert.equal(error.name, 'InvalidOptionError');
    assert.equal(error.option, 'exportIntervalMillis');
    assert.equal(error.value, 'soon');
    assert.ok(error instanceof TypeError);
  });
});

describe('printable', () => {
  it('keeps to one short line', () => {
    const large = { list: Array.from({ length: 1000 }, () => 'text\ntext'), deep: { deep: { deep: {} } } };
    for (const value of [large, 'x\n'.repeat(1000), Symbol('s'), undefined, -0, 1n]) {
      const text = printable(value);
      assert.ok(text.length <= 410 && !text.includes('\n'), text);
    }
  });

  it('does not throw for a value that cannot be looked at', () => {
    const hostile = {
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        throw new Error('no');
      },
    };
    assert.equal(printable(hostile), 'a value of type object');
  });
});

describe('toError', () => {
  it('gives an error as it is', () => {
    const error = new RangeError('x');
    assert.equal(toError(error), error);
  });

  it('makes an error of anything else', () => {
    assert.equal(toError('no').message, '"no"');
    assert.equal(toError(undefined).message, 'undefined');
  });
});
