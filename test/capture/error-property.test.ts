import assert from 'node:assert/strict';
import { captureRawStack, readCallSites, withCallSites } from '../../src/capture/call-sites.ts';
import { withErrorProperty } from '../../src/capture/error-property.ts';

const fail = (): never => assert.fail('it is not locked');

const descriptorOf = (name: string): PropertyDescriptor | undefined => Object.getOwnPropertyDescriptor(Error, name);

/** Runs `part` while `Error[name]` is as the application has it. */
function having(name: string, descriptor: PropertyDescriptor | undefined, part: () => void): void {
  const before = descriptorOf(name);
  if (descriptor === undefined) Reflect.deleteProperty(Error, name);
  else Object.defineProperty(Error, name, { configurable: true, ...descriptor });
  try {
    part();
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, name);
    else Object.defineProperty(Error, name, before);
  }
}

describe('a property of Error', () => {
  it('is left with the value, and the attributes, that it had', () => {
    having('stackTraceLimit', { value: 3, writable: true, enumerable: false }, () => {
      const before = descriptorOf('stackTraceLimit');
      assert.equal(
        withErrorProperty('stackTraceLimit', 50, () => Error.stackTraceLimit, fail),
        50,
      );
      assert.deepEqual(descriptorOf('stackTraceLimit'), before);
    });
  });

  it('is left away where there was none', () => {
    having('prepareStackTrace', undefined, () => {
      const prepare = (): string => 'prepared';
      const text = withErrorProperty('prepareStackTrace', prepare, () => new Error('x').stack, fail);
      assert.equal(text, 'prepared');
      assert.equal(descriptorOf('prepareStackTrace'), undefined);
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
        const before = descriptorOf('stackTraceLimit');
        assert.equal(
          withErrorProperty('stackTraceLimit', 5, () => descriptorOf('stackTraceLimit')?.value as number, fail),
          5,
        );
        assert.deepEqual(descriptorOf('stackTraceLimit'), before);
      });
    }
  });

  it('is left as it was by what throws', () => {
    const before = descriptorOf('stackTraceLimit');
    const broken = (): never => {
      throw new Error('broken');
    };
    assert.throws(() => withErrorProperty('stackTraceLimit', 99, broken, fail), { message: 'broken' });
    assert.deepEqual(descriptorOf('stackTraceLimit'), before);
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
