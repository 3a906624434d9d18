import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const proto = fileURLToPath(new URL('../../examples/receiver/profiles.proto', import.meta.url));
const requestType = protobuf.loadSync(proto).lookupType('opentelemetry.proto.ExportProfilesServiceRequest');

/** A request in protobuf as protobuf's own JSON mapping has it, with the ids in hex, as OTLP wants them. */
export function protobufToJson(bytes: Uint8Array): unknown {
  const json = requestType.toObject(requestType.decode(bytes), { longs: String, bytes: String, json: true }) as {
    dictionary: { linkTable: { traceId?: string; spanId?: string }[] };
  };
  for (const link of json.dictionary.linkTable) {
    if (link.traceId !== undefined) link.traceId = hexOf(link.traceId);
    if (link.spanId !== undefined) link.spanId = hexOf(link.spanId);
  }
  return json;
}

/** A request in JSON as protobuf, for the decoders that know only that. */
export function jsonToProtobuf(bytes: Uint8Array): Uint8Array {
  const json = JSON.parse(Buffer.from(bytes).toString(), (key, value: unknown) =>
    key === 'traceId' || key === 'spanId' ? Buffer.from(value as string, 'hex').toString('base64') : value,
  ) as object;
  return requestType.encode(requestType.fromObject(json)).finish();
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
