import { PbfReader } from 'pbf';

const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

/**
 * Milliseconds that a receiver asks to wait, from the `google.rpc.Status` that it sends as `grpc-status-details-bin`;
 * undefined where there is no `RetryInfo` in it, or it cannot be read.
 */
export function retryInfoMillis(statusDetails: Uint8Array): number | undefined {
  try {
    const none: RetryDelay = {};
    return new PbfReader(statusDetails).readFields(readStatus, none).retryInMillis;
  } catch {
    return undefined;
  }
}

interface RetryDelay {
  retryInMillis?: number;
}

function readStatus(field: number, delay: RetryDelay, reader: PbfReader): void {
  if (field !== 3) return;
  const detail = reader.readMessage(readAny, { type: '', value: new Uint8Array() });
  if (detail.type !== RETRY_INFO_TYPE) return;
  const { seconds, nanos } = new PbfReader(detail.value).readFields(readRetryInfo, { seconds: 0, nanos: 0 });
  delay.retryInMillis = Math.max(0, seconds * 1e3 + nanos / 1e6);
}

function readAny(field: number, any: { type: string; value: Uint8Array }, reader: PbfReader): void {
  if (field === 1) any.type = reader.readString();
  else if (field === 2) any.value = reader.readBytes();
}

function readRetryInfo(field: number, duration: { seconds: number; nanos: number }, reader: PbfReader): void {
  if (field === 1) reader.readMessage(readDuration, duration);
}

function readDuration(field: number, duration: { seconds: number; nanos: number }, reader: PbfReader): void {
  if (field === 1) duration.seconds = reader.readVarint(true);
  else if (field === 2) duration.nanos = reader.readVarint(true);
}
