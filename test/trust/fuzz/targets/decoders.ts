import { BatchBuilder } from '../../../../src/analyze/batch-builder.ts';
import { addOtlpRows } from '../../../../src/analyze/otlp-rows.ts';
import { addPprofRows } from '../../../../src/analyze/pprof-rows.ts';
import { retryInfoMillis } from '../../../../src/encode/grpc-retry-info.ts';
import { decodeOtlpJsonResponse, decodeOtlpResponse } from '../../../../src/encode/otlp-response.ts';
import { foldedToProfile, InvalidFoldedError } from '../../../../src/encode/folded-import.ts';
import { InvalidOtlpError } from '../../../../src/encode/invalid-otlp.ts';
import { InvalidPprofError } from '../../../../src/encode/invalid-pprof.ts';
import { otlpToProfiles } from '../../../../src/encode/otlp-import.ts';
import { otlpJsonToProfiles } from '../../../../src/encode/otlp-json-import.ts';
import { otlpJsonToSpans, otlpToSpans } from '../../../../src/encode/otlp-traces-import.ts';
import { pprofToProfiles } from '../../../../src/encode/pprof-import.ts';
import { NotReadQuickly } from '../../../../src/encode/wire-cursor.ts';
import { retryAfterMillis } from '../../../../src/export/retry-after.ts';
import { checkProfile } from '../../../../src/profile/check.ts';
import type { Profile } from '../../../../src/profile/model.ts';
import * as seeds from './seeds.ts';
import { attempt, bytes, type Target, text } from './target.ts';

const check = (profiles: readonly Profile[]): void => profiles.forEach(checkProfile);
const checkAll = (messages: readonly { readonly profiles: readonly Profile[] }[]): void =>
  messages.forEach(({ profiles }) => check(profiles));
const SOURCE = { file: 'a.pb', part: '', index: 0 };
const builder = (): BatchBuilder => new BatchBuilder({ measure: 'tasks', resource: [] });

/** Functions that make profiles and spans of bytes. What they give has to be sound. */
export const decoders: readonly Target[] = [
  {
    name: 'OTLP protobuf',
    seeds: [seeds.OTLP],
    take: (input) => checkAll(otlpToProfiles(input).messages),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'OTLP JSON',
    seeds: [seeds.OTLP_JSON],
    take: (input) => checkAll(otlpJsonToProfiles(input).messages),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'pprof',
    seeds: [seeds.RAW_PPROF, seeds.RAW_PPROF, seeds.PPROF],
    take: (input) => check(pprofToProfiles(input).data.profiles),
    refusals: [InvalidPprofError],
  },
  {
    name: 'folded stacks',
    seeds: [seeds.FOLDED],
    take: (input) => checkProfile(foldedToProfile(text(input))),
    refusals: [InvalidFoldedError],
  },
  {
    name: 'traces in OTLP protobuf',
    seeds: [seeds.TRACES],
    take: (input) => otlpToSpans(input),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'traces in OTLP JSON',
    seeds: [seeds.TRACES_JSON],
    take: (input) => otlpJsonToSpans(input),
    refusals: [InvalidOtlpError],
  },
  {
    name: 'rows of OTLP',
    seeds: [seeds.USUAL_OTLP, seeds.OTLP],
    take: (input) => addOtlpRows(input, builder(), SOURCE),
    refusals: [NotReadQuickly, InvalidOtlpError],
  },
  {
    name: 'rows of pprof',
    seeds: [seeds.USUAL_PPROF, seeds.RAW_PPROF],
    take: (input) => addPprofRows(input, builder(), SOURCE),
    refusals: [NotReadQuickly],
  },
  {
    name: 'answers to exports',
    seeds: [
      bytes('\n\x08\x08\x05\x12\x04none'),
      bytes('{"partialSuccess":{"rejectedProfiles":"5","errorMessage":"none"}}'),
    ],
    take(input) {
      retryInfoMillis(input);
      retryAfterMillis(text(input));
      attempt(() => decodeOtlpResponse(input), Error);
      decodeOtlpJsonResponse(input);
    },
    refusals: [Error],
  },
];
