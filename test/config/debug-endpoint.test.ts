import assert from 'node:assert/strict';
import { debugHandlerConfig, debugServerConfig, isLoopback } from '../../src/config/debug-endpoint.ts';

describe('debugHandlerConfig', () => {
  it('has limits by default, and no token', () => {
    assert.deepEqual(debugHandlerConfig(), {
      path: '/debug/tasks',
      maxSeconds: 60,
      maxTasks: 16_384,
      maxResponseBytes: 33_554_432,
    });
  });

  for (const [option, values] of Object.entries({
    path: ['', 'debug', '/a b', '/a?b', 5],
    maxSeconds: [0, -1, NaN, 86_401, '5'],
    maxTasks: [0, 1.5, '5', Infinity],
    maxResponseBytes: [0, NaN, '1MB'],
    resource: [null, 'shop'],
  })) {
    for (const value of values) {
      it(`throws for ${option}: ${JSON.stringify(value)}`, () => {
        assert.throws(() => debugHandlerConfig({ [option]: value }), { name: 'InvalidOptionError', option, value });
      });
    }
  }

  it('throws for a token that is named and undefined: a variable that is not set opens nothing', () => {
    assert.throws(
      () => debugHandlerConfig({ token: process.env.NO_SUCH_VARIABLE }),
      /^InvalidOptionError: token must be 1 to 4096 visible ASCII characters without spaces, or left out, got undefined$/,
    );
  });

  for (const token of ['', 'two words', 'ä', 5, 'x'.repeat(5_000)]) {
    it(`throws for the token ${JSON.stringify(token).slice(0, 20)} without showing it`, () => {
      assert.throws(
        () => debugHandlerConfig({ token: token as string }),
        ({ name, message }: Error) => name === 'InvalidOptionError' && !message.includes('two words'),
      );
    });
  }
});

describe('debugServerConfig', () => {
  it('takes addresses of the loopback', () => {
    assert.deepEqual(debugServerConfig(), { port: 6060, host: '127.0.0.1' });
    for (const [host, address] of [
      ['localhost', '127.0.0.1'],
      ['127.0.0.2', '127.0.0.2'],
      ['::1', '::1'],
      ['[::1]', '::1'],
    ]) {
      assert.equal(debugServerConfig({ host: host! }).host, address);
    }
  });

  for (const host of [
    '0.0.0.0',
    '::',
    '',
    '192.168.1.1',
    'example.com',
    'localhost.example.com',
    '128.0.0.1',
    127,
    null,
  ]) {
    it(`throws for the host ${JSON.stringify(host)}`, () => {
      assert.throws(() => debugServerConfig({ host: host as string }), { name: 'InvalidOptionError', option: 'host' });
      assert.equal(isLoopback(host), false);
    });
  }

  for (const port of [-1, 65_536, 1.5, '80']) {
    it(`throws for the port ${JSON.stringify(port)}`, () => {
      assert.throws(() => debugServerConfig({ port: port as number }), { name: 'InvalidOptionError', option: 'port' });
    });
  }
});
