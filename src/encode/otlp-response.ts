import { PbfReader } from 'pbf';

/** What a receiver did not take of a request that it answered with success. */
export interface PartialSuccess {
  /** 0 where all were taken and the message is a warning. */
  readonly rejectedProfiles: number;
  readonly errorMessage: string;
}

/**
 * Decodes an `ExportProfilesServiceResponse`. `undefined` where everything was taken without a word. Throws on bytes that
 * are none.
 */
export function decodeOtlpResponse(bytes: Uint8Array): PartialSuccess | undefined {
  const reader = new PbfReader(bytes);
  const response = reader.readFields(readResponse, { rejectedProfiles: 0, errorMessage: '' });
  // The library reads past the end without a word.
  if (reader.pos !== bytes.length) throw new RangeError('the response ends within a field');
  const { rejectedProfiles, errorMessage } = response;
  return rejectedProfiles === 0 && errorMessage === '' ? undefined : { rejectedProfiles, errorMessage };
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
