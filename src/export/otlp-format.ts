import type { OtlpProtocol } from '../config/otlp-options.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobufInSteps } from '../encode/otlp-protobuf.ts';
import { decodeOtlpJsonResponse, decodeOtlpResponse, type PartialSuccess } from '../encode/otlp-response.ts';
import type { ProfilesData } from '../profile/model.ts';

/** What a protocol's bytes mean. */
export interface OtlpFormat {
  /** In steps with turns of the event loop in between, where the format can do that. */
  readonly encode: (data: ProfilesData) => Uint8Array | Promise<Uint8Array>;
  /** Throws on bytes that are no answer. */
  readonly decodeAnswer: (bytes: Uint8Array) => PartialSuccess | undefined;
}

const PROTOBUF: OtlpFormat = { encode: encodeOtlpProtobufInSteps, decodeAnswer: decodeOtlpResponse };
const JSON_FORMAT: OtlpFormat = { encode: encodeOtlpJson, decodeAnswer: decodeOtlpJsonResponse };

export function otlpFormat(protocol: OtlpProtocol): OtlpFormat {
  return protocol === 'http/json' ? JSON_FORMAT : PROTOBUF;
}
