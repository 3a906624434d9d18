import { type ConversionLoss, LossList } from '../encode/loss-list.ts';
import { profileToFolded } from '../encode/folded.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../encode/otlp-protobuf.ts';
import { encodeTraceEvents } from '../encode/trace-event.ts';
import { profilesToPprof } from '../encode/pprof.ts';
import type { ProfilesData } from '../profile/model.ts';
import { profilesDataText } from '../profile/text.ts';
import type { OutputFormat } from './output-formats.ts';
import { countFoldedLosses, countPprofLosses, countTextLosses, countTraceLosses } from './output-losses.ts';

/** Files, as several where one can't hold all, and what they can't hold. */
export interface Written {
  readonly files: readonly Uint8Array[];
  readonly losses: readonly ConversionLoss[];
}

/** Profiles in a format. `positions`: whether folded stacks have files and lines. */
export function writeProfiles(
  messages: readonly ProfilesData[],
  format: OutputFormat,
  { positions }: { readonly positions: boolean },
): Written {
  const losses = new LossList();
  const files = WRITERS[format](messages, losses, positions);
  return { files, losses: losses.toArray() };
}

type Writer = (messages: readonly ProfilesData[], losses: LossList, positions: boolean) => Uint8Array[];

const WRITERS: Readonly<Record<OutputFormat, Writer>> = {
  pprof(messages, losses) {
    for (const message of messages) countPprofLosses(message, losses);
    return messages.flatMap(profilesToPprof);
  },
  otlp: (messages) => messages.map(encodeOtlpProtobuf),
  'otlp-json': (messages) => messages.map(encodeOtlpJson),
  folded(messages, losses, positions) {
    for (const message of messages) countFoldedLosses(message, positions, losses);
    const profiles = messages.flatMap((message) => message.profiles);
    return [Buffer.from(profiles.map((profile) => profileToFolded(profile, { positions })).join(''))];
  },
  text(messages, losses) {
    for (const message of messages) countTextLosses(message, losses);
    return [Buffer.from(messages.map(profilesDataText).join('\n'))];
  },
  trace(messages, losses) {
    for (const message of messages) countTraceLosses(message, losses);
    return messages.flatMap(({ profiles }) => profiles.map((profile) => encodeTraceEvents(profile)));
  },
};
