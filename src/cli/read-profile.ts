import { toError } from '../base/errors.ts';
import { foldedToProfile } from '../encode/folded-import.ts';
import { type ConversionLoss, LossList } from '../encode/loss-list.ts';
import { otlpToProfiles } from '../encode/otlp-import.ts';
import { otlpJsonToProfiles } from '../encode/otlp-json-import.ts';
import { pprofToProfiles } from '../encode/pprof-import.ts';
import { snapshotToProfiles } from '../profile/snapshot-profile.ts';
import type { Profile, ProfilesData } from '../profile/model.ts';
import { CommandError } from './failure.ts';
import { detectFormat, type InputFormat } from './input-format.ts';
import { type AnySnapshot, isSnapshotJson, readSnapshotJson } from './snapshot-json.ts';

/** What a file holds. */
export interface ReadProfiles {
  readonly messages: readonly ProfilesData[];
  readonly losses: readonly ConversionLoss[];
  /** The snapshot where the file is one; it says more than its profile. */
  readonly snapshot?: AnySnapshot;
}

/**
 * Reads uncompressed bytes, in `format` or in the one that they look like. `name` is for errors: whatever is wrong with the bytes
 * is a {@link CommandError} in one line.
 */
export function readProfiles(bytes: Uint8Array, name: string, format?: InputFormat): ReadProfiles {
  try {
    return read(bytes, format);
  } catch (thrown) {
    throw new CommandError(`${name}: ${toError(thrown).message}`, { cause: thrown });
  }
}

function read(bytes: Uint8Array, given: InputFormat | undefined): ReadProfiles {
  const format = given ?? detectFormat(bytes);
  switch (format) {
    case 'pprof': {
      const { data, losses } = pprofToProfiles(bytes);
      return { messages: [data], losses };
    }
    case 'otlp':
      return otlpToProfiles(bytes);
    case 'folded':
      return readFolded(bytes, given !== undefined);
    case 'json':
    case 'otlp-json':
    case 'json-text':
      return readJson(textOf(bytes), format);
    case undefined:
      throw new CommandError('it is no profile (pprof, OTLP in protobuf or JSON, folded stacks, snapshot in JSON)');
  }
}

function readFolded(bytes: Uint8Array, isCertain: boolean): ReadProfiles {
  try {
    return { messages: [messageOf(foldedToProfile(textOf(bytes)))], losses: [] };
  } catch (thrown) {
    if (isCertain) throw thrown;
    throw new CommandError(`it is text, but no folded stacks: ${toError(thrown).message}`, { cause: thrown });
  }
}

function readJson(text: string, format: 'json' | 'otlp-json' | 'json-text'): ReadProfiles {
  const documents = parseDocuments(text);
  const [first] = documents;
  if (format === 'json' || (format === 'json-text' && isSnapshotJson(first))) {
    const snapshot = readSnapshotJson(first);
    return { messages: [messageOf(...snapshotToProfiles(snapshot))], losses: [], snapshot };
  }
  const imports = documents.map((document) => otlpJsonToProfiles(document as object));
  const losses = new LossList();
  for (const { what, count } of imports.flatMap((one) => one.losses)) losses.add(what, count);
  return { messages: imports.flatMap(({ messages }) => messages), losses: losses.toArray() };
}

/** One document, or one on each line, as a Collector's file exporter writes them. Throws a {@link CommandError}. */
export function parseDocuments(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (thrown) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length > 1 && isJson(lines[0]!)) return lines.map(parseLine);
    throw new CommandError(`broken JSON: ${toError(thrown).message}`, { cause: thrown });
  }
}

function parseLine(line: string, index: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (thrown) {
    throw new CommandError(`broken JSON in line ${index + 1}: ${toError(thrown).message}`, { cause: thrown });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function messageOf(...profiles: readonly Profile[]): ProfilesData {
  return { resource: { attributes: {} }, scope: { name: '', version: '' }, profiles };
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
