const LENGTH_BYTES = 4;

/**
 * The messages of a file in which each is behind its length, four bytes with the highest first, as the Collector's file exporter writes
 * `format: proto`; undefined for bytes that are no such file.
 */
export function otlpFrames(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + LENGTH_BYTES > bytes.length) return undefined;
    const start = at + LENGTH_BYTES;
    at = start + view.getUint32(at);
    if (at > bytes.length) return undefined;
    frames.push(bytes.subarray(start, at));
  }
  return frames;
}
