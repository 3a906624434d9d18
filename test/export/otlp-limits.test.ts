import assert from 'node:assert/strict';
import { type DecodedProfiles, decodeProfiles } from '../../examples/receiver/decode.ts';
import { framesOf } from '../../src/profile/location.ts';
import type { OtlpExporterOptions, OtlpProtocol } from '../../src/config/otlp-options.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { manySamples } from '../support/arbitrary-profiles.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { type OtlpGrpcServer, startOtlpGrpcServer } from '../support/otlp-grpc-server.ts';
import { jsonToProtobuf } from '../support/otlp-json.ts';
import { accept, type OtlpServer, startOtlpServer } from '../support/otlp-server.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const MAX_REQUEST_BYTES = 4_000;
const HUGE = sample({ stack: [frame('x'.repeat(MAX_REQUEST_BYTES))] });

/** A message's samples as `stack: value`. */
function samplesOf(decoded: readonly DecodedProfiles[]): string[] {
  return decoded.flatMap(({ profiles }) =>
    profiles.flatMap(({ samples }) =>
      samples.map(({ stack, values }) => `${stack[0]?.functionName}: ${values.join()}`),
    ),
  );
}

describe('OtlpProfileExporter and the size of requests', () => {
  let http: OtlpServer;
  let grpc: OtlpGrpcServer;
  let exporter: OtlpProfileExporter;
  let diagLines: DiagLines;
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);

  beforeEach(async () => {
    diagLines = recordDiag();
    process.on('warning', onWarning);
    http = await startOtlpServer();
    grpc = await startOtlpGrpcServer();
  });

  afterEach(async () => {
    await exporter.shutdown();
    grpc.close();
    await http.close();
    diagLines.stop();
    process.off('warning', onWarning);
    assert.deepEqual(warnings.splice(0), []);
  });

  function start(protocol: OtlpProtocol, options: OtlpExporterOptions = {}): void {
    const { url } = protocol === 'grpc' ? grpc : http;
    exporter = new OtlpProfileExporter({ protocol, url, maxRequestBytes: MAX_REQUEST_BYTES, ...options });
  }

  const bodies = (): Uint8Array[] => [...http.requests.map(({ body }) => body), ...grpc.requests];

  for (const protocol of ['http/protobuf', 'http/json', 'grpc'] as const) {
    it(`sends a large profile as several requests over ${protocol}, none over the limit, and every sample once`, async () => {
      start(protocol);
      const data = manySamples(400);
      assert.deepEqual(await exporter.export(data), { status: 'success' });
      const sizes = bodies().map(({ length }) => length);
      assert.ok(sizes.length > 4 && Math.max(...sizes) <= MAX_REQUEST_BYTES, sizes.join());
      const decoded = bodies().map((body) => decodeProfiles(protocol === 'http/json' ? jsonToProtobuf(body) : body));
      assert.deepEqual(
        samplesOf(decoded),
        data.profiles[0]!.samples.map(({ stack, value }) => `${framesOf(stack[0]!)[0]!.functionName}: ${value}`),
      );
      assert.equal(exporter.counts.sent, sizes.length);
      assert.equal(exporter.counts.dropped, 0);
    });
  }

  it('drops the one sample that is too large, tells of it, and sends the others', async () => {
    start('http/protobuf');
    const others = [1, 2, 3].map((value) => sample({ stack: [frame(`small${value}`)], value }));
    const outcome = await exporter.export(profilesData(profile({ samples: [...others, HUGE] })));
    assert.equal(outcome.status === 'failure' && /^a request of \d+ bytes/.test(outcome.error.message), true);
    assert.deepEqual(samplesOf(http.requests.map(({ body }) => decodeProfiles(body))), [
      'small1: 1',
      'small2: 2',
      'small3: 3',
    ]);
    assert.deepEqual(exporter.counts.lostByReason, { size: 1 });
    assert.match(diagLines.lines[0]!, /^error .*dropped: a request of \d+ bytes, where 4000 are the most/);
  });

  it('sends nothing of a profile whose own attributes are too large, and does not split it', async () => {
    let encodings = 0;
    const attributes = { huge: 'x'.repeat(MAX_REQUEST_BYTES) };
    const data: ProfilesData = profilesData({
      ...manySamples(400).profiles[0]!,
      get attributes() {
        encodings++;
        return attributes;
      },
    });
    start('http/protobuf');
    assert.equal((await exporter.export(data)).status, 'failure');
    assert.equal(http.requests.length, 0);
    assert.deepEqual([exporter.counts.dropped, exporter.counts.lostByReason], [1, { size: 1 }]);
    assert.ok(encodings < 10);
  });

  it('goes on with the other parts where one fails', async () => {
    await http.close();
    http = await startOtlpServer((response, index) => {
      if (index === 1) response.writeHead(400).end();
      else accept(response, index);
    });
    start('http/protobuf');
    assert.equal((await exporter.export(manySamples(400))).status, 'failure');
    const { sent, failed } = exporter.counts;
    assert.deepEqual([sent, failed], [http.requests.length - 1, 1]);
  });

  it('counts every part that the timeout left unsent', async () => {
    await http.close();
    http = await startOtlpServer((response, index) => (index === 0 ? accept(response, index) : undefined));
    start('http/protobuf', { timeoutMillis: 300 });
    const profiles = [1, 2, 3, 4].map(() => manySamples(60).profiles[0]!);
    assert.equal((await exporter.export(profilesData(...profiles))).status, 'failure');
    const { sent, failed, lostByReason } = exporter.counts;
    assert.equal(sent, 1);
    assert.deepEqual(lostByReason, { timeout: failed });
    assert.ok(failed >= 2);
    assert.equal(http.requests.length, 2);
  });

  it('takes 4 MiB at most over gRPC, as its servers do', async () => {
    start('grpc', { maxRequestBytes: undefined as never, timeoutMillis: 60_000 });
    assert.deepEqual(await exporter.export(manySamples(60_000)), { status: 'success' });
    const sizes = grpc.requests.map(({ length }) => length);
    assert.ok(sizes.length > 1 && Math.max(...sizes) <= 4 * 2 ** 20, sizes.join());
  });
});
