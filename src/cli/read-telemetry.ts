import { toError } from '../base/errors.ts';
import { otlpFrames } from '../encode/otlp-frames.ts';
import { otlpToProfiles } from '../encode/otlp-import.ts';
import { otlpJsonToProfiles } from '../encode/otlp-json-import.ts';
import { otlpJsonToSpans, otlpToSpans, type SpansData } from '../encode/otlp-traces-import.ts';
import type { ProfilesData } from '../profile/model.ts';
import { CommandError } from './failure.ts';
import { detectFormat, topLevelFields } from './input-format.ts';
import { parseDocuments, readProfiles, textOf } from './read-profile.ts';

/** Profiles and spans of a file. */
export interface ReadTelemetry {
  readonly profiles: readonly ProfilesData[];
  readonly spans: readonly SpansData[];
}

/**
 * Reads uncompressed bytes: what {@link readProfiles} reads, traces in OTLP, and what a Collector's file exporter writes of either (a message
 * on each line, or each behind its length). What is wrong with them is a {@link CommandError}.
 */
export function readTelemetry(bytes: Uint8Array, name: string): ReadTelemetry {
  try {
    if (detectFormat(bytes) === 'json-text') return readJson(bytes, name);
    const frames = otlpFrames(bytes);
    if (frames !== undefined) return joined(frames.map(readOtlp));
    return isTraces(bytes) ? readOtlp(bytes) : { profiles: readProfiles(bytes, name).messages, spans: [] };
  } catch (thrown) {
    if (thrown instanceof CommandError) throw thrown;
    throw new CommandError(`${name}: ${toError(thrown).message}`, { cause: thrown });
  }
}

function readJson(bytes: Uint8Array, name: string): ReadTelemetry {
  const documents = parseDocuments(textOf(bytes));
  const isOtlp = (document: unknown): document is object =>
    typeof document === 'object' &&
    document !== null &&
    ('resourceSpans' in document || 'resourceProfiles' in document);
  if (!documents.some(isOtlp)) return { profiles: readProfiles(bytes, name).messages, spans: [] };
  return joined(
    documents.map((document) =>
      isOtlp(document) && 'resourceSpans' in document
        ? { profiles: [], spans: otlpJsonToSpans(document) }
        : { profiles: otlpJsonToProfiles(document as object).messages, spans: [] },
    ),
  );
}

function readOtlp(message: Uint8Array): ReadTelemetry {
  if (message.length === 0) return { profiles: [], spans: [] };
  return isTraces(message)
    ? { profiles: [], spans: otlpToSpans(message) }
    : { profiles: otlpToProfiles(message).messages, spans: [] };
}

/** Profiles always have a dictionary, field 2. */
function isTraces(message: Uint8Array): boolean {
  const fields = topLevelFields(message);
  return fields?.size === 1 && fields.has(1);
}

function joined(parts: readonly ReadTelemetry[]): ReadTelemetry {
  return { profiles: parts.flatMap(({ profiles }) => profiles), spans: parts.flatMap(({ spans }) => spans) };
}
