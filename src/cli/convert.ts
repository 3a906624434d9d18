import type { ConversionLoss } from '../encode/loss-list.ts';
import { TIMELINE } from '../profile/build-timeline.ts';
import type { ProfilesData } from '../profile/model.ts';
import { CommandError } from './failure.ts';
import { formatOfName } from './format-names.ts';
import type { InputFormat } from './input-format.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output-formats.ts';
import { defaultType, sampleTypes } from './profile-list.ts';
import { readInput } from './read-input.ts';
import { readProfiles } from './read-profile.ts';
import { writeOutput } from './write-output.ts';
import { writeProfiles } from './write-profiles.ts';

export interface ConvertOptions {
  readonly from?: InputFormat;
  readonly to?: OutputFormat;
  readonly sampleType?: string;
  readonly positions: boolean;
  readonly quiet: boolean;
}

/** `taskprof convert IN OUT`. */
export async function convert(input: string, output: string, options: ConvertOptions): Promise<void> {
  const format = options.to ?? formatOfName(output, OUTPUT_FORMATS, '--to');
  const read = readProfiles(await readInput(input), input, options.from);
  const chosen = chooseProfiles(read.messages, input, format, options.sampleType);
  const written = writeProfiles(chosen.messages, format, options);
  await writeFiles(output, written.files, format);
  if (!options.quiet) tellLosses([...read.losses, ...chosen.losses, ...written.losses]);
}

/** Those of one type where it is asked for, or where the format holds only one. */
function chooseProfiles(
  all: readonly ProfilesData[],
  input: string,
  format: OutputFormat,
  sampleType: string | undefined,
): { messages: ProfilesData[]; losses: ConversionLoss[] } {
  const types = sampleTypes(all);
  if (types.length === 0) throw new CommandError(`${input}: there is no profile in it`);
  const wanted = sampleType ?? onlyTypeOf(format, all);
  if (wanted === undefined) return { messages: [...all], losses: [] };
  if (!types.includes(wanted)) {
    throw new CommandError(`${input}: there is no profile of type "${wanted}" in it, only of ${types.join(', ')}`);
  }
  const messages = all
    .map((data) => ({ ...data, profiles: data.profiles.filter((profile) => profile.sampleType.type === wanted) }))
    .filter(({ profiles }) => profiles.length > 0);
  const others = types.filter((type) => type !== wanted);
  const what = `types of profiles (${others.join(', ')}); --sample-type chooses`;
  return { messages, losses: sampleType === undefined && others.length > 0 ? [{ what, count: others.length }] : [] };
}

/** Where a format holds profiles of one type only. */
function onlyTypeOf(format: OutputFormat, all: readonly ProfilesData[]): string | undefined {
  if (format === 'trace') return TIMELINE.type;
  return format === 'folded' ? defaultType(all) : undefined;
}

/** `out.pb.gz`, and `out-2.pb.gz` where one file can't hold all. */
async function writeFiles(output: string, files: readonly Uint8Array[], format: OutputFormat): Promise<void> {
  if (output === '-' && files.length > 1) {
    throw new CommandError(`what is in it needs ${files.length} files of ${format}; the standard output is one`);
  }
  for (const [index, content] of files.entries()) {
    const path = index === 0 ? output : numbered(output, index + 1);
    await writeOutput(path, content);
    if (index > 0) process.stderr.write(`wrote ${path} as well: one ${format} can't hold all\n`);
  }
}

function numbered(path: string, number: number): string {
  return path.replace(/(?<=[^/\\])((?:\.[a-z]+)*)$/i, `-${number}$1`);
}

function tellLosses(losses: readonly ConversionLoss[]): void {
  for (const { what, count } of losses) process.stderr.write(`not carried over: ${count} ${what}\n`);
}
