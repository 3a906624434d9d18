import { toError } from '../base/errors.ts';
import { AnalyzeError } from '../analyze/analyze-error.ts';
import type { BatchBuilder, ProfileSource } from '../analyze/batch-builder.ts';
import { addOtlpRows } from '../analyze/otlp-rows.ts';
import { addPprofRows } from '../analyze/pprof-rows.ts';
import { CommandError } from './failure.ts';
import { detectFormat } from './input-format.ts';
import { messagesOf } from './message-stream.ts';
import type { ProfileFile } from './profile-files.ts';
import { readProfiles } from './read-profile.ts';

/** Samples after which a batch is handed on. */
const BATCH_SAMPLES = 100_000;

/**
 * Adds the profiles of a file to a batch, and calls `onFull` whenever that is large. Returns what is wrong with the file where
 * something is; profiles ahead of it are added.
 */
export async function decodeFile(
  { path, bytes: size }: Pick<ProfileFile, 'path' | 'bytes'>,
  builder: BatchBuilder,
  onFull: () => void,
): Promise<string | undefined> {
  try {
    for await (const { part, bytes } of messagesOf(path, size)) {
      if (!addRows(bytes, builder, { file: path, part, index: 0 })) {
        const name = part === '' ? path : `${path}, ${part}`;
        for (const [index, message] of readProfiles(bytes, name).messages.entries()) {
          builder.add(message, { file: path, part: `${part} ${index}` });
        }
      }
      if (builder.sampleCount >= BATCH_SAMPLES) onFull();
    }
    return undefined;
  } catch (thrown) {
    // It is where the batch goes to, not the file.
    if (thrown instanceof AnalyzeError) throw thrown;
    if (thrown instanceof CommandError) return thrown.message;
    return `${path}: ${toError(thrown).message}`;
  }
}

/** Adds what can be read without making profiles of it: false for all else, and what is broken. */
function addRows(bytes: Uint8Array, builder: BatchBuilder, source: ProfileSource): boolean {
  const format = detectFormat(bytes);
  const add = format === 'otlp' ? addOtlpRows : format === 'pprof' ? addPprofRows : undefined;
  if (add === undefined) return false;
  try {
    builder.attempt(() => add(bytes, builder, source));
    return true;
  } catch {
    return false;
  }
}
