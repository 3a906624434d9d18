import assert from 'node:assert/strict';
import { InvalidOptionError } from '../../src/base/errors.ts';
import { type OtlpExporterConfig, otlpExporterConfig } from '../../src/config/otlp-exporter.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { setOtlpEnvironment, withoutOtelEnvironment } from '../support/otlp-environment.ts';

const DEFAULT_URL = 'http://localhost:4318/v1development/profiles';

describe('otlpExporterConfig', () => {
  let diagLines: DiagLines;

  withoutOtelEnvironment();
  beforeEach(() => {
    diagLines = recordDiag();
  });
  afterEach(() => diagLines.stop());

  function inEnvironment(variables: Record<string, string>, options = {}): OtlpExporterConfig {
    setOtlpEnvironment(variables);
    return otlpExporterConfig(options);
  }

  async function headersOf(config: OtlpExporterConfig): Promise<Record<string, string>> {
    const { 'Content-Type': contentType, ...headers } = await config.headers();
    assert.equal(contentType, 'application/x-protobuf');
    return headers;
  }

  /** One line, a warning, that names the variable. */
  function expectWarning(name: string): void {
    assert.equal(diagLines.lines.length, 1, diagLines.lines.join('\n'));
    assert.match(diagLines.lines[0]!, new RegExp(`^warn .*OTEL_EXPORTER_OTLP_${name}`));
  }

  it('has the defaults of OTLP', async () => {
    const config = otlpExporterConfig();
    assert.equal(config.url, DEFAULT_URL);
    assert.equal(config.timeoutMillis, 10_000);
    assert.equal(config.compression, 'none');
    assert.equal(config.concurrencyLimit, 4);
    assert.deepEqual(await headersOf(config), {});
    assert.deepEqual(diagLines.lines, []);
  });

  it('appends the path to the endpoint of all signals', () => {
    assert.equal(inEnvironment({ ENDPOINT: 'https://c:1/in' }).url, 'https://c:1/in/v1development/profiles');
    assert.equal(inEnvironment({ ENDPOINT: 'https://c:1/in/' }).url, 'https://c:1/in/v1development/profiles');
  });

  it('takes the endpoint of profiles as it is, over that of all signals', () => {
    const config = inEnvironment({ ENDPOINT: 'http://all', PROFILES_ENDPOINT: 'http://profiles:1/here' });
    assert.equal(config.url, 'http://profiles:1/here');
  });

  it('prefers profiles over all signals, in timeout, compression and headers', async () => {
    const config = inEnvironment({
      TIMEOUT: '1000',
      PROFILES_TIMEOUT: '2000',
      COMPRESSION: 'none',
      PROFILES_COMPRESSION: 'gzip',
      HEADERS: 'a=1,b=2',
      PROFILES_HEADERS: 'b=3%204',
    });
    assert.equal(config.timeoutMillis, 2000);
    assert.equal(config.compression, 'gzip');
    assert.deepEqual(await headersOf(config), { a: '1', b: '3 4' });
  });

  it('prefers options over the environment', async () => {
    const config = inEnvironment(
      { PROFILES_ENDPOINT: 'http://env', TIMEOUT: '1', COMPRESSION: 'gzip', HEADERS: 'a=env,b=env' },
      { url: 'http://option/', timeoutMillis: 5, compression: 'none', headers: { a: 'option' }, concurrencyLimit: 9 },
    );
    assert.equal(config.url, 'http://option/');
    assert.equal(config.timeoutMillis, 5);
    assert.equal(config.compression, 'none');
    assert.equal(config.concurrencyLimit, 9);
    assert.deepEqual(await headersOf(config), { a: 'option', b: 'env' });
  });

  it('does not let a header replace the content type', async () => {
    await headersOf(otlpExporterConfig({ headers: { 'Content-Type': 'text/plain' } }));
  });

  for (const endpoint of ['localhost:4318', 'ftp://host', 'not a url']) {
    it(`warns of the endpoint ${JSON.stringify(endpoint)} once and uses the default`, () => {
      assert.equal(inEnvironment({ ENDPOINT: endpoint }).url, DEFAULT_URL);
      assert.equal(diagLines.lines.length, 1);
      assert.ok(diagLines.lines[0]!.startsWith('warn ') && diagLines.lines[0]!.includes(endpoint), diagLines.lines[0]);
    });
  }

  for (const timeout of ['soon', '0', '-5']) {
    it(`warns of the timeout ${timeout} once and uses the default`, () => {
      assert.equal(inEnvironment({ PROFILES_TIMEOUT: timeout }).timeoutMillis, 10_000);
      expectWarning('PROFILES_TIMEOUT');
    });
  }

  it('keeps a timeout within what timers take', () => {
    assert.equal(inEnvironment({ TIMEOUT: '1e12' }).timeoutMillis, 2 ** 31 - 1);
  });

  it('warns of an unknown compression once and uses none', () => {
    assert.equal(inEnvironment({ COMPRESSION: 'zip' }).compression, 'none');
    expectWarning('COMPRESSION');
  });

  for (const [raw, kept] of [
    ['garbage', {}],
    ['a=1,b c=2', { a: '1' }],
    ['a=1,secret=x%0Ay', { a: '1' }],
  ] as const) {
    it(`warns of the headers ${JSON.stringify(raw)} once, without their text, and leaves the bad one out`, async () => {
      assert.deepEqual(await headersOf(inEnvironment({ PROFILES_HEADERS: raw })), kept);
      expectWarning('PROFILES_HEADERS');
      assert.doesNotMatch(diagLines.lines[0]!, /garbage|b c|secret/);
    });
  }

  for (const protocol of ['http/protobuf', 'http/json', 'grpc'] as const) {
    it(`takes the protocol ${protocol} by option, for profiles and for all signals, in this order`, () => {
      assert.equal(inEnvironment({ PROTOCOL: protocol }).protocol, protocol);
      assert.equal(inEnvironment({ PROTOCOL: 'http/json', PROFILES_PROTOCOL: protocol }).protocol, protocol);
      assert.equal(inEnvironment({ PROFILES_PROTOCOL: 'grpc' }, { protocol }).protocol, protocol);
      assert.deepEqual(diagLines.lines, []);
    });
  }

  it('warns of an unknown protocol once and uses http/protobuf', () => {
    assert.equal(inEnvironment({ PROFILES_PROTOCOL: 'thrift' }).protocol, 'http/protobuf');
    expectWarning('PROFILES_PROTOCOL');
  });

  it('sends JSON as such', async () => {
    const { 'Content-Type': contentType } = await otlpExporterConfig({ protocol: 'http/json' }).headers();
    assert.equal(contentType, 'application/json');
  });

  it('has room for the largest request that OTLP allows over HTTP, and for what servers take over gRPC', () => {
    assert.equal(otlpExporterConfig().maxRequestBytes, 64 * 2 ** 20);
    assert.equal(otlpExporterConfig({ protocol: 'grpc' }).maxRequestBytes, 4 * 2 ** 20);
    assert.equal(otlpExporterConfig({ protocol: 'grpc', maxRequestBytes: 64 * 2 ** 20 }).maxRequestBytes, 64 * 2 ** 20);
  });

  for (const [option, value, shown] of [
    ['url', 'localhost:4318', '"localhost:4318"'],
    ['url', 7, '7'],
    ['url', null, 'null'],
    ['timeoutMillis', 0, '0'],
    ['timeoutMillis', '1000', '"1000"'],
    ['timeoutMillis', Infinity, 'Infinity'],
    ['timeoutMillis', NaN, 'NaN'],
    ['compression', 'zip', '"zip"'],
    ['concurrencyLimit', 0, '0'],
    ['concurrencyLimit', 1.5, '1.5'],
    ['concurrencyLimit', Infinity, 'Infinity'],
    ['protocol', 'thrift', '"thrift"'],
    ['maxRequestBytes', 64 * 2 ** 20 + 1, '67108865'],
    ['maxRequestBytes', 0, '0'],
    ['tls', 'pem', '"pem"'],
    ['headers', 'a=b', '"a=b"'],
    ['headers', null, 'null'],
  ] as const) {
    it(`throws for ${option}: ${shown}`, () => {
      assert.throws(
        () => otlpExporterConfig({ [option]: value }),
        (error) =>
          error instanceof InvalidOptionError &&
          error instanceof TypeError &&
          error.option === option &&
          Object.is(error.value, value) &&
          error.message.startsWith(`${option} must be `) &&
          error.message.endsWith(`, got ${shown}`),
      );
    });
  }

  it('throws for half a client certificate and for a key that is no text, and shows no key', () => {
    assert.throws(
      () => otlpExporterConfig({ tls: { key: 'geheim' } }),
      /^InvalidOptionError: tls must be .* got \[ 'key' \]$/,
    );
    assert.throws(
      () => otlpExporterConfig({ tls: { ca: 7 as never } }),
      /^InvalidOptionError: tls.ca must be .* "number"$/,
    );
  });

  it('throws for a header that HTTP does not allow, and shows no value', () => {
    assert.throws(
      () => otlpExporterConfig({ headers: { 'a b': '1' } }),
      /^InvalidOptionError: headers must be .* got "a b"$/,
    );
    assert.throws(
      () => otlpExporterConfig({ headers: { key: 'geheim\n' } }),
      ({ message }: Error) => /^headers.key must be/.test(message) && !message.includes('geheim'),
    );
    assert.throws(() => otlpExporterConfig({ headers: { key: 1 as never } }), /headers.key must be .* got "number"/);
  });
});
