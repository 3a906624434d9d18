import { NotReadQuickly, WireCursor } from './wire-cursor.ts';

/** The parts of a `ProfilesData` in protobuf, in any order. Throws a {@link NotReadQuickly} for any other. */
export function otlpParts(bytes: Uint8Array): { resources: WireCursor[]; dictionary: WireCursor } {
  const cursor = new WireCursor(bytes);
  const resources: WireCursor[] = [];
  let dictionary: WireCursor | undefined;
  while (!cursor.isDone) {
    const tag = cursor.varint();
    if (tag === 0x0a) resources.push(cursor.content());
    else if (tag === 0x12 && !dictionary) dictionary = cursor.content();
    else throw new NotReadQuickly(`field ${tag >> 3}`);
  }
  return { resources, dictionary: dictionary ?? new WireCursor(bytes, 0, 0) };
}
