import assert from 'node:assert/strict';
import { captureRawStack, readCallSites, withCallSites } from '../../src/capture/call-sites.ts';
import { withErrorProperty } from '../../src/capture/error-property.ts';
import { errorDescriptor, having, locked } from '../support/error-properties.ts';

const fail = (): never => assert.fail('it is not locked');

describe('a property of Error', () => {
  it('is left with the value, and the attributes, that it had', () => {
    having('stackTraceLimit', { value: 3, writable: true, enumerable: false }, () => {
      const before = errorDescriptor('stackTraceLimit');
      assert.equal(
        withErrorProperty('stackTraceLimit', 50, () => Error.stackTraceLimit, fail),
        50,
      );
      assert.deepEqual(errorDescriptor('stackTraceLimit'), before);
    });
  });

  it('is left away where there was none', () => {
    having('prepareStackTrace', undefined, () => {
      const prepare = (): string => 'prepared';
      const text = withErrorProperty('prepareStackTrace', prepare, () => new Error('x').stack, fail);
      assert.equal(text, 'prepared');
      assert.equal(errorDescriptor('prepareStackTrace'), undefined);
    });
  });

  it('is left as it was where an accessor or a constant is in its place, and the accessor is not called', () => {
    const get = (): never => assert.fail('is called');
    const set = get;
    for (const descriptor of [
      { get, set, enumerable: false },
      { value: 7, writable: false, enumerable: true },
    ]) {
      having('stackTraceLimit', descriptor, () => {
        const before = errorDescriptor('stackTraceLimit');
        assert.equal(
          withErrorProperty('stackTraceLimit', 5, () => errorDescriptor('stackTraceLimit')?.value as number, fail),
          5,
        );
        assert.deepEqual(errorDescriptor('stackTraceLimit'), before);
      });
    }
  });

  it('is left as it was by what throws', () => {
    const before = errorDescriptor('stackTraceLimit');
    const broken = (): never => {
      throw new Error('broken');
    };
    assert.throws(() => withErrorProperty('stackTraceLimit', 99, broken, fail), { message: 'broken' });
    assert.deepEqual(errorDescriptor('stackTraceLimit'), before);
  });
});

describe('a locked property of Error', () => {
  const capture = (): number => captureRawStack({}, 50, capture);

  it('tells how many frames stacks have that nobody can ask to be deeper', () => {
    for (const value of [1, 7]) {
      locked('stackTraceLimit', { value, writable: false }, () => assert.equal(capture(), value));
    }
  });

  it('is an error where there are no stacks', () => {
    for (const descriptor of [
      { value: 0, writable: false },
      { value: '7', writable: false },
      { get: () => 7 },
      undefined,
    ]) {
      locked('stackTraceLimit', descriptor, () => {
        assert.throws(capture, { message: 'Error.stackTraceLimit is locked without a limit: there are no stacks' });
      });
    }
  });

  it('is an error where stacks can not be read, and nothing is called', () => {
    locked('prepareStackTrace', { value: String, writable: false }, () => {
      assert.throws(() => withCallSites(fail), { message: 'Error.prepareStackTrace is locked: stacks cannot be read' });
    });
  });
});

describe('a raw stack', () => {
  function outer(limit: number): readonly (string | null)[] {
    const holder = {};
    const inner = (): number => captureRawStack(holder, limit, inner);
    const depth = inner();
    assert.equal(depth, limit);
    return withCallSites(() => readCallSites(holder)).map((site) => site.getFunctionName());
  }

  it('begins with the caller of who is left out, and has as many frames as are asked for', () => {
    assert.deepEqual(outer(1), ['outer']);
    assert.equal(outer(2).length, 2);
  });

  it('has no frames where another tool has given something else for them', () => {
    assert.deepEqual(readCallSites({ stack: 'Error: x' }), []);
    assert.deepEqual(readCallSites({}), []);
  });
});
