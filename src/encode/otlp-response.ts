import { PbfReader, PbfWriter } from 'pbf';
import { InvalidOtlpError } from './invalid-otlp.ts';

/** What a receiver did not take of a request that it answered with success. */
export interface PartialSuccess {
  /** 0 where all were taken and the message is a warning. */
  readonly rejectedProfiles: number;
  readonly errorMessage: string;
}

/**
 * Decodes an `ExportProfilesServiceResponse`. `undefined` where everything was taken without a word. Throws an Error
 * on bytes that are none.
 */
export function decodeOtlpResponse(bytes: Uint8Array): PartialSuccess | undefined {
  const reader = new PbfReader(bytes);
  const response = reader.readFields(readResponse, { rejectedProfiles: 0, errorMessage: '' });
  // The library reads past the end without a word.
  if (reader.pos !== bytes.length) throw new InvalidOtlpError('the response ends within a field');
  const { rejectedProfiles, errorMessage } = response;
  return rejectedProfiles === 0 && errorMessage === '' ? undefined : { rejectedProfiles, errorMessage };
}

/** As {@link decodeOtlpResponse}, of an answer in JSON. Throws a SyntaxError where it is none, an {@link InvalidOtlpError} for other JSON. */
export function decodeOtlpJsonResponse(bytes: Uint8Array): PartialSuccess | undefined {
  // Some receivers say "all well" with an empty body.
  const answer: unknown = bytes.length === 0 ? {} : JSON.parse(Buffer.from(bytes).toString());
  const { partialSuccess } = objectOf(answer);
  if (partialSuccess === undefined || partialSuccess === null) return undefined;
  const { rejectedProfiles = 0, errorMessage = '' } = objectOf(partialSuccess);
  const rejected = Number(rejectedProfiles);
  if (!Number.isInteger(rejected)) throw new InvalidOtlpError('rejectedProfiles is no whole number');
  if (typeof errorMessage !== 'string') throw new InvalidOtlpError('errorMessage is no string');
  return rejected === 0 && errorMessage === '' ? undefined : { rejectedProfiles: rejected, errorMessage };
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InvalidOtlpError('no JSON object');
  return value as Record<string, unknown>;
}

interface MutablePartialSuccess {
  rejectedProfiles: number;
  errorMessage: string;
}

function readResponse(field: number, response: MutablePartialSuccess, reader: PbfReader): void {
  if (field === 1) reader.readMessage(readPartialSuccess, response);
}

function readPartialSuccess(field: number, response: MutablePartialSuccess, reader: PbfReader): void {
  if (field === 1) response.rejectedProfiles = reader.readVarint(true);
  else if (field === 2) response.errorMessage = reader.readString();
}

/** The body of an answer with an error status, `google.rpc.Status`, in protobuf. */
export function encodeStatus(code: number, message: string): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, code);
  writer.writeStringField(2, message);
  return writer.finish();
}
