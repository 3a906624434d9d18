import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import type { OtlpExporterOptions, OtlpTlsOptions } from '../../src/config/otlp-options.ts';
import type { ExportOutcome } from '../../src/export/exporter.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import { certificateAuthority, type KeyPair, signedCertificate } from '../support/certificates.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { startOtlpGrpcServer } from '../support/otlp-grpc-server.ts';
import { startOtlpServer } from '../support/otlp-server.ts';
import { profile, profilesData } from '../support/profiles-data.ts';

interface TlsReceiver {
  readonly url: string;
  readonly requests: readonly unknown[];
  close(): unknown;
}

/** Names of the variables that hold a file, with what is in it. */
type PemFiles = Readonly<Partial<Record<'CERTIFICATE' | 'CLIENT_KEY' | 'CLIENT_CERTIFICATE', string>>>;

for (const protocol of ['http/protobuf', 'grpc'] as const) {
  describe(`OtlpProfileExporter with TLS over ${protocol}`, () => {
    let ca: KeyPair;
    let server: KeyPair;
    let client: KeyPair;
    let stranger: KeyPair;
    let folder: string;
    let receiver: TlsReceiver;
    let exporter: OtlpProfileExporter;
    let diagLines: DiagLines;
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);

    before(async () => {
      ca = await certificateAuthority('Test CA');
      server = await signedCertificate(ca, 'receiver');
      client = await signedCertificate(ca, 'client');
      stranger = await certificateAuthority('Stranger');
    });

    beforeEach(() => {
      diagLines = recordDiag();
      process.on('warning', onWarning);
      folder = mkdtempSync(join(tmpdir(), 'taskprof-tls-'));
    });

    afterEach(async () => {
      diagLines.stop();
      for (const name of Object.keys(process.env))
        if (name.startsWith('OTEL_')) Reflect.deleteProperty(process.env, name);
      await exporter.shutdown();
      await receiver.close();
      rmSync(folder, { recursive: true });
      process.off('warning', onWarning);
      assert.deepEqual(warnings.splice(0), []);
    });

    /** A receiver that shows `server`, and asks for a certificate of the CA where `isMutual`. */
    async function startReceiver({ isMutual = false, certificate = server } = {}): Promise<void> {
      const { cert, key } = certificate;
      receiver =
        protocol === 'grpc'
          ? await startOtlpGrpcServer(undefined, {
              credentials: ServerCredentials.createSsl(
                Buffer.from(ca.cert),
                [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }],
                isMutual,
              ),
            })
          : await startOtlpServer(undefined, {
              tls: { cert, key, ca: ca.cert, requestCert: isMutual, rejectUnauthorized: isMutual },
            });
    }

    async function send(options: OtlpExporterOptions = {}): Promise<ExportOutcome> {
      const url = receiver.url.replace('http:', 'https:');
      exporter = new OtlpProfileExporter({ protocol, url, timeoutMillis: 700, ...options });
      return exporter.export(profilesData(profile()));
    }

    function setFiles(files: PemFiles, signal = ''): void {
      for (const [variable, pem] of Object.entries(files)) {
        const file = join(folder, `${signal}${variable}.pem`);
        writeFileSync(file, pem);
        process.env[`OTEL_EXPORTER_OTLP_${signal}${variable}`] = file;
      }
    }

    async function expectRefused(options: OtlpExporterOptions, reason: RegExp): Promise<void> {
      const outcome = await send(options);
      assert.equal(outcome.status, 'failure');
      assert.match(outcome.error.message, reason);
      assert.equal(receiver.requests.length, 0);
      assert.deepEqual([exporter.counts.sent, exporter.counts.failed], [0, 1]);
    }

    it('sends to a receiver whose CA it is given, by option', async () => {
      await startReceiver();
      assert.deepEqual(await send({ tls: { ca: ca.cert } }), { status: 'success' });
    });

    it('sends to a receiver that it is given by name', async () => {
      await startReceiver({ certificate: await signedCertificate(ca, 'receiver', 'localhost') });
      const url = receiver.url.replace('http:', 'https:').replace('127.0.0.1', 'localhost');
      assert.deepEqual(await send({ url, tls: { ca: ca.cert } }), { status: 'success' });
    });

    it('sends to a receiver whose CA the environment names, of profiles before that of all signals', async () => {
      await startReceiver();
      setFiles({ CERTIFICATE: stranger.cert });
      setFiles({ CERTIFICATE: ca.cert }, 'PROFILES_');
      assert.deepEqual(await send(), { status: 'success' });
    });

    it('does not send to a receiver that it has no reason to trust', async () => {
      await startReceiver();
      await expectRefused({}, /certificate/);
    });

    it('does not send to a receiver with the certificate of another CA', async () => {
      await startReceiver();
      await expectRefused({ tls: { ca: stranger.cert } }, /certificate/);
    });

    it('does not send to a receiver with a certificate for another host', async () => {
      await startReceiver({ certificate: await signedCertificate(ca, 'receiver', 'elsewhere.example') });
      await expectRefused({ tls: { ca: ca.cert } }, /altnames|Host: 127\.0\.0\.1/i);
    });

    it('does not speak TLS to a receiver without it', async () => {
      receiver = protocol === 'grpc' ? await startOtlpGrpcServer() : await startOtlpServer();
      await expectRefused({}, /./);
    });

    for (const [how, options] of [
      ['by option', (pair: KeyPair): OtlpTlsOptions => ({ ca: ca.cert, ...pair })],
      ['by environment', (): undefined => undefined],
    ] as const) {
      it(`shows its own certificate to a receiver that wants one, ${how}`, async () => {
        await startReceiver({ isMutual: true });
        setFiles({ CERTIFICATE: ca.cert, CLIENT_KEY: client.key, CLIENT_CERTIFICATE: client.cert });
        const tls = options(client);
        assert.deepEqual(await send(tls && { tls }), { status: 'success' });
      });
    }

    it('fails at a receiver that wants a certificate where it has none', async () => {
      await startReceiver({ isMutual: true });
      await expectRefused({ tls: { ca: ca.cert } }, /./);
    });

    for (const [what, tls] of [
      ['a CA', { ca: 'garbage' }],
      ['a key', { cert: 'garbage', key: 'garbage' }],
    ] as const) {
      it(`fails with ${what} that is no PEM`, async () => {
        await startReceiver();
        await expectRefused({ tls }, /./);
      });
    }

    it('warns of a file that cannot be read, and goes without it', async () => {
      await startReceiver();
      process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = join(folder, 'nowhere.pem');
      await expectRefused({}, /certificate/);
      assert.match(diagLines.lines.join('\n'), /warn .*(root certificate|OTEL_EXPORTER_OTLP_CERTIFICATE)/);
    });
  });
}
