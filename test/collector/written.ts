import { readFileSync } from 'node:fs';
import {
  type DecodedProfiles,
  type DecodedResourceSpans,
  decodeProfiles,
  decodeTraces,
} from '../../examples/receiver/decode.ts';
import type { WritingCollector } from './collector.ts';

/** What a Collector wrote, after it has stopped. */
export interface Written {
  /** One for each request, by time: the queues of a Collector do not keep the order. */
  readonly profiles: readonly DecodedProfiles[];
  readonly traces: readonly DecodedResourceSpans[];
}

export function readWritten({ profilesFile, tracesFile }: WritingCollector): Written {
  return {
    profiles: messages(readFileSync(profilesFile))
      .map(decodeProfiles)
      .toSorted((a, b) => Number(startOf(a) - startOf(b))),
    traces: readFileSync(tracesFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => decodeTraces(Buffer.from(line))),
  };
}

function startOf({ profiles }: DecodedProfiles): bigint {
  return profiles[0]?.timeUnixNano ?? 0n;
}

/** The file exporter puts the length of a message before it: 4 bytes, big-endian. */
function messages(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const from = at + 4;
    at = from + file.readUInt32BE(at);
    if (at > file.length) throw new Error('the last message is cut off');
    found.push(file.subarray(from, at));
  }
  return found;
}
