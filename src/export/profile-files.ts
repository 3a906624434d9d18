import { randomBytes } from 'node:crypto';
import type { FileFormatName } from '../config/file-exporter.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobufInSteps } from '../encode/otlp-protobuf.ts';
import { encodePprofOf, splitForPprof } from '../encode/pprof.ts';
import type { ProfilesData } from '../profile/model.ts';

interface FileFormat {
  readonly extension: string;
  /** The data in parts that go to a file each. Default: all to one. */
  readonly split?: (data: ProfilesData) => readonly ProfilesData[];
  readonly encode: (part: ProfilesData) => Uint8Array | Promise<Uint8Array>;
}

export const FORMATS: Readonly<Record<FileFormatName, FileFormat>> = {
  pprof: { extension: 'pb.gz', split: splitForPprof, encode: encodePprofOf },
  'otlp-protobuf': { extension: 'otlp.pb', encode: encodeOtlpProtobufInSteps },
  'otlp-json': { extension: 'otlp.json', encode: encodeOtlpJson },
};

/**
 * `taskprof-20261123T101559.670Z-tasks-4711-9f3a1c07.pb.gz`: the time of the first profile in UTC, what it measures, the process,
 * and something that no other file has. Names sort by time.
 */
export function fileName({ profiles: [first] }: ProfilesData, extension: string): string {
  const nanos = first?.timeUnixNano ?? 0n;
  const millis = nanos > 0n ? Number(nanos / 1_000_000n) : Date.now();
  const time = new Date(Math.min(millis, MAX_MILLIS)).toISOString().replace(/[-:]/g, '');
  const measure = (first?.sampleType.type ?? '').replace(/\W+/g, '_').slice(0, 40);
  return `taskprof-${time}-${measure}-${process.pid}-${randomBytes(4).toString('hex')}.${extension}`;
}

// Beyond the year 9999 the form of a time is another.
const MAX_MILLIS = Date.UTC(9999, 11, 31);

/** Whether a file in the folder is one of ours, of whatever process and format. */
export function isProfileFile(name: string): boolean {
  return /^taskprof-\d{8}T\d{6}\.\d{3}Z-\w*-\d+-[0-9a-f]{8}\.[a-z.]+$/.test(name) && !name.endsWith(TEMPORARY);
}

/** While a file is written it has this at its end. */
export const TEMPORARY = '.tmp';

/** Whether it is such a file, perhaps of a process that has ended meanwhile. */
export function isTemporaryFile(name: string): boolean {
  return name.endsWith(TEMPORARY) && isProfileFile(name.slice(0, -TEMPORARY.length));
}
