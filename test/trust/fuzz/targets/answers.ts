import { gzipSync } from 'node:zlib';
import { AnalyzeError } from '../../../../src/analyze/analyze-error.ts';
import { clickHouseRows } from '../../../../src/analyze/clickhouse-http.ts';
import { askForProfiles, askForSnapshot } from '../../../../src/cli/ask-endpoint.ts';
import { endpointAddress } from '../../../../src/cli/endpoint-address.ts';
import { CommandError } from '../../../../src/cli/failure.ts';
import { otlpExporterConfig } from '../../../../src/config/otlp-exporter.ts';
import type { OtlpGrpcConfig } from '../../../../src/config/otlp-grpc.ts';
import type { OtlpHttpConfig } from '../../../../src/config/otlp-http.ts';
import { OtlpHttpTransport } from '../../../../src/export/otlp-http-transport.ts';
import { OtlpGrpcTransport } from '../../../../src/export/otlp-grpc-transport.ts';
import type { OtlpTransport } from '../../../../src/export/otlp-transport.ts';
import { Liar } from './exchange.ts';
import { GRPC_ANSWER, GRPC_SETTINGS_BYTES } from './grpc-bytes.ts';
import { OTLP, SNAPSHOT } from './seeds.ts';
import { bytes, Lazy, type Target } from './target.ts';

const TIMEOUT_MILLIS = 5_000;

const liar = new Lazy(
  () => Liar.listen(),
  (listening) => listening.close(),
);

/** What comes back over HTTP: to `taskprof` and to the exporter. */
export const answers: readonly Target[] = [
  {
    name: 'answers of a debug endpoint',
    seeds: [
      http('200 OK', SNAPSHOT, 'Content-Type: application/json'),
      http('200 OK', OTLP),
      http('401 Unauthorized', bytes('a bearer token is needed\n'), 'Content-Type: text/plain'),
      http('302 Found', bytes(''), 'Location: http://127.0.0.1/'),
    ],
    take: async (input) => {
      const address = endpointAddress(await lying(input));
      const options = { token: undefined, timeoutMillis: TIMEOUT_MILLIS };
      // What is no snapshot may be profiles.
      await askForSnapshot(address, {}, {}, options).catch(async (refusal: unknown) => {
        if (!(refusal instanceof CommandError)) throw refusal;
        await askForProfiles(address, {}, { seconds: 0.001 }, options);
      });
    },
    refusals: [CommandError],
    cost: 4,
    close: liar.close,
  },
  {
    name: 'answers of ClickHouse',
    seeds: [
      http('200 OK', bytes('{"a":1,"b":"2"}\n'.repeat(10))),
      http('200 OK', bytes('{"a":1}\n{"exception":"Code: 1. DB::Exception: no"}\n')),
      http('200 OK', gzipSync('{"a":1}\n'), 'Content-Encoding: gzip'),
      http('404 Not Found', bytes('Code: 60. DB::Exception: Unknown table (UNKNOWN_TABLE) (version 25.1)')),
      bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"a":1}\n\r\n0\r\n\r\n'),
    ],
    take: async (input) => {
      const address = { url: new URL(await lying(input)), user: 'a', password: 'b', timeoutMillis: TIMEOUT_MILLIS };
      await Array.fromAsync(clickHouseRows(address, 'SELECT 1', {}));
    },
    refusals: [AnalyzeError],
    cost: 4,
    close: liar.close,
  },
  {
    name: 'answers of a receiver over HTTP',
    seeds: [
      http('200 OK', bytes('\n\x08\x08\x05\x12\x04none'), 'Content-Type: application/x-protobuf'),
      http('503 Service Unavailable', bytes('later'), 'Retry-After: 5'),
      bytes('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n'),
      bytes('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 A\r\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n'),
    ],
    take: async (input) => {
      await sendOnce(new OtlpHttpTransport(otlpExporterConfig({ url: await lying(input) }) as OtlpHttpConfig));
    },
    refusals: [],
    cost: 4,
    close: liar.close,
  },
  {
    name: 'answers of a receiver over gRPC',
    seeds: [GRPC_ANSWER],
    take: async (input) => {
      // One that has failed is left alone for a second.
      const another = await Liar.listen();
      another.answer = [input.subarray(0, GRPC_SETTINGS_BYTES), input.subarray(GRPC_SETTINGS_BYTES)];
      const config = otlpExporterConfig({ protocol: 'grpc', url: another.url }) as OtlpGrpcConfig;
      await sendOnce(new OtlpGrpcTransport(config));
      another.close();
    },
    refusals: [],
    cost: 20,
  },
];

/** Never rejects. */
async function sendOnce(transport: OtlpTransport): Promise<void> {
  const limit = { signal: AbortSignal.timeout(TIMEOUT_MILLIS), remainingMillis: TIMEOUT_MILLIS };
  await transport.send(new Uint8Array(4), limit);
  transport.close();
}

async function lying(answer: Uint8Array): Promise<string> {
  const listening = await liar.get();
  listening.answer = [answer];
  return listening.url;
}

/** The body ends with the connection, so that one that is changed comes through as well. */
function http(status: string, body: Uint8Array, ...headers: readonly string[]): Uint8Array {
  const lines = [`HTTP/1.1 ${status}`, ...headers, 'Connection: close', '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n')), body]);
}
