import { TRACES } from './seeds.ts';

export const METHODS = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  profiles: '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
};

const FRAME = { data: 0, headers: 1, settings: 4 };
const FLAG = { endStream: 1, endHeaders: 4 };

/** All bytes of a connection over which one message is sent: HTTP/2 without compression of headers, which changes can get through. */
export const GRPC_REQUEST = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(FRAME.settings, 0, 0, Buffer.alloc(0)),
  frame(
    FRAME.headers,
    FLAG.endHeaders,
    1,
    Buffer.concat([
      header(':method', 'POST'),
      header(':scheme', 'http'),
      header(':path', METHODS.traces),
      header(':authority', 'localhost'),
      header('content-type', 'application/grpc'),
      header('te', 'trailers'),
    ]),
  ),
  frame(FRAME.data, FLAG.endStream, 1, Buffer.concat([Buffer.from([0, 0, 0, 0, TRACES.length]), TRACES])),
]);

/** A client sends nothing else before it has these. */
export const GRPC_SETTINGS_BYTES = 9;

/** And of the answer. */
export const GRPC_ANSWER = Buffer.concat([
  frame(FRAME.settings, 0, 0, Buffer.alloc(0)),
  frame(
    FRAME.headers,
    FLAG.endHeaders,
    1,
    Buffer.concat([header(':status', '200'), header('content-type', 'application/grpc')]),
  ),
  frame(FRAME.data, 0, 1, Buffer.from([0, 0, 0, 0, 10, 0x0a, 8, 8, 5, 18, 4, ...Buffer.from('none')])),
  frame(
    FRAME.headers,
    FLAG.endHeaders | FLAG.endStream,
    1,
    Buffer.concat([
      header('grpc-status', '8'),
      header('grpc-message', 'too%20much'),
      header('grpc-status-details-bin', 'CAgSAm5vGi4KKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5SZXRyeUluZm8SAgoA'),
    ]),
  ),
]);

function frame(type: number, flags: number, stream: number, content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, content]);
}

/** A literal header field without indexing (RFC 7541, 6.2.2). */
function header(name: string, value: string): Uint8Array {
  const text = (content: string): Uint8Array => Buffer.from([content.length, ...Buffer.from(content)]);
  return Buffer.concat([Buffer.of(0), text(name), text(value)]);
}
