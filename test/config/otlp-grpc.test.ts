import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertLegacyOtlpGrpcOptions } from '@opentelemetry/otlp-grpc-exporter-base';
import { InvalidOptionError } from '../../src/base/errors.ts';
import { otlpExporterConfig } from '../../src/config/otlp-exporter.ts';
import type { OtlpGrpcConfig } from '../../src/config/otlp-grpc.ts';
import type { OtlpExporterOptions } from '../../src/config/otlp-options.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { setOtlpEnvironment, withoutOtelEnvironment } from '../support/otlp-environment.ts';

describe('otlpExporterConfig for gRPC', () => {
  let diagLines: DiagLines;

  withoutOtelEnvironment();
  beforeEach(() => {
    diagLines = recordDiag();
  });
  afterEach(() => diagLines.stop());

  function config(variables: Readonly<Record<string, string>> = {}, options: OtlpExporterOptions = {}): OtlpGrpcConfig {
    setOtlpEnvironment(variables);
    const decided = otlpExporterConfig({ protocol: 'grpc', ...options });
    assert(decided.protocol === 'grpc');
    return decided;
  }

  it('has the defaults of OTLP', async () => {
    const { target, tls, timeoutMillis, compression, url, headers } = config();
    assert.deepEqual(
      [target, tls, timeoutMillis, compression, url, await headers()],
      ['localhost:4317', undefined, 10_000, 'none', 'http://localhost:4317', {}],
    );
    assert.deepEqual(diagLines.lines, []);
  });

  for (const [endpoint, target, isSecure] of [
    ['http://collector:4317', 'collector:4317', false],
    ['HTTP://collector:4317', 'collector:4317', false],
    ['https://collector:4317', 'collector:4317', true],
    ['https://collector:4317/v1development/profiles', 'collector:4317', true],
    ['collector:4317', 'collector:4317', true],
    ['127.0.0.1:4317', '127.0.0.1:4317', true],
    ['http://[::1]:4317', '[::1]:4317', false],
    ['http://collector', 'collector:4317', false],
    ['http://collector:80', 'collector:80', false],
    ['http://collector:443', 'collector:443', false],
    ['https://api.example.com', 'api.example.com:443', true],
    ['https://api.example.com:443', 'api.example.com:443', true],
    ['  http://collector:4317  ', 'collector:4317', false],
    ['unix:///run/otlp.sock', 'unix:///run/otlp.sock', false],
  ] as const) {
    it(`takes the endpoint ${endpoint} as ${target}, ${isSecure ? 'with' : 'without'} TLS`, () => {
      for (const decided of [config({ ENDPOINT: endpoint }), config({}, { url: endpoint })]) {
        assert.deepEqual([decided.target, decided.tls !== undefined], [target, isSecure]);
      }
      assert.deepEqual(diagLines.lines, []);
    });
  }

  it('goes without TLS to an endpoint without a scheme where the environment says so', () => {
    assert.equal(config({ ENDPOINT: 'collector:4317', INSECURE: 'true' }).tls, undefined);
    assert.notEqual(config({ PROFILES_INSECURE: 'false' }).tls, undefined);
    assert.notEqual(config({ ENDPOINT: 'https://collector:4317', PROFILES_INSECURE: 'true' }).tls, undefined);
  });

  it('warns of what is neither true nor false once, and takes it as false', () => {
    assert.notEqual(config({ ENDPOINT: 'collector:4317', INSECURE: 'yes' }).tls, undefined);
    assert.equal(diagLines.lines.length, 1);
    assert.match(diagLines.lines[0]!, /^warn .*OTEL_EXPORTER_OTLP_INSECURE must be true or false, got "yes"/);
  });

  for (const endpoint of ['ftp://collector', 'http://', 'http://a b:1', 'http://collector:99999']) {
    it(`warns of the endpoint ${JSON.stringify(endpoint)} once and uses the default`, () => {
      assert.equal(config({ PROFILES_ENDPOINT: endpoint }).target, 'localhost:4317');
      assert.equal(diagLines.lines.length, 1);
      assert.match(diagLines.lines[0]!, /^warn .*OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT/);
    });

    it(`throws for the url ${JSON.stringify(endpoint)}`, () => {
      assert.throws(() => config({}, { url: endpoint }), InvalidOptionError);
    });
  }

  it('throws for a header that gRPC does not allow, and shows no value', () => {
    for (const headers of [{ key: 'größe' }, { 'key!': 'secret' }]) {
      const [name] = Object.keys(headers);
      assert.throws(() => config({}, { headers }), {
        name: 'InvalidOptionError',
        message: `headers.${name} must be metadata of gRPC: printable ASCII, got "string"`,
      });
    }
  });

  it('warns of a header in the environment that gRPC does not allow, and leaves it out', async () => {
    assert.deepEqual(await config({ HEADERS: 'a=1,b!=2,c=gr%C3%B6%C3%9Fe' }).headers(), { a: '1' });
    assert.equal(diagLines.lines.length, 1);
    assert.match(diagLines.lines[0]!, /^warn .*OTEL_EXPORTER_OTLP_HEADERS: 2 of 3 entries/);
  });

  it('prefers options over profiles over all signals', async () => {
    const variables = {
      HEADERS: 'a=all,b=all,c=all',
      PROFILES_HEADERS: 'b=profiles,c=profiles',
      TIMEOUT: '1',
      PROFILES_TIMEOUT: '2',
      COMPRESSION: 'none',
      PROFILES_COMPRESSION: 'gzip',
    };
    const fromEnvironment = config(variables);
    assert.deepEqual([fromEnvironment.timeoutMillis, fromEnvironment.compression], [2, 'gzip']);
    const decided = config(variables, { headers: { c: 'option' }, timeoutMillis: 3, compression: 'none' });
    assert.deepEqual([decided.timeoutMillis, decided.compression], [3, 'none']);
    assert.deepEqual(await decided.headers(), { a: 'all', b: 'profiles', c: 'option' });
  });

  describe('with certificates', () => {
    let folder: string;

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-grpc-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    function file(name: string): string {
      writeFileSync(join(folder, name), name);
      return join(folder, name);
    }

    it('reads the files that the environment names', () => {
      const { tls } = config({
        ENDPOINT: 'https://collector',
        CERTIFICATE: file('all'),
        PROFILES_CERTIFICATE: file('ca'),
        CLIENT_KEY: file('key'),
        CLIENT_CERTIFICATE: file('cert'),
      });
      assert.deepEqual(tls, { ca: Buffer.from('ca'), key: Buffer.from('key'), cert: Buffer.from('cert') });
    });

    it('warns of a key without its certificate, and uses neither', () => {
      assert.deepEqual(config({ ENDPOINT: 'https://collector', CLIENT_KEY: file('key') }).tls, {});
      assert.match(diagLines.lines.join(), /^warn .*a client certificate needs its key/);
    });
  });

  for (const variables of [
    {},
    { ENDPOINT: 'http://collector:4317' },
    { ENDPOINT: 'https://collector:4317' },
    { ENDPOINT: 'collector:4317' },
    { ENDPOINT: 'collector:4317', INSECURE: 'TRUE' },
    { ENDPOINT: 'https://collector:4317', INSECURE: 'true' },
    { ENDPOINT: 'http://all:1', PROFILES_ENDPOINT: 'https://profiles:2' },
    { ENDPOINT: 'http://all:1', PROFILES_ENDPOINT: ' ' },
    { TIMEOUT: '5', COMPRESSION: 'gzip', HEADERS: 'a=1,b=2', PROFILES_HEADERS: 'B=3' },
  ]) {
    it(`decides as OpenTelemetry's own exporters do for ${JSON.stringify(variables)}`, async () => {
      const ours = config(variables);
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what its own exporters use
      const theirs = convertLegacyOtlpGrpcOptions({}, 'PROFILES');
      assert.deepEqual(
        [ours.target, ours.timeoutMillis, ours.compression, ours.tls !== undefined],
        [theirs.url, theirs.timeoutMillis, theirs.compression, theirs.credentials()._isSecure()],
      );
      const headers = Object.entries(await ours.headers()).map(([name, value]) => [name.toLowerCase(), value]);
      assert.deepEqual(Object.fromEntries(headers), theirs.metadata().getMap());
    });
  }
});
