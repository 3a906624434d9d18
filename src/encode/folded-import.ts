import { printable } from '../base/errors.ts';
import type { Location, Profile, StackEntry, ValueType } from '../profile/model.ts';
import { addWhole, isInt64, wholeNumber } from '../profile/whole-number.ts';

/** Thrown for a line that is no folded stack: `line 3: ... in "a;b"`. */
export class InvalidFoldedError extends Error {
  /** Tells it from other errors where `instanceof` can't: with two copies of this package. */
  override readonly name = 'InvalidFoldedError';
  /** 1-based. */
  readonly line: number;

  /** @internal */
  constructor(line: number, problem: string, text: string) {
    super(`line ${line}: ${problem}, got ${printable(text)}`);
    this.line = line;
  }
}

/** What folded stacks do not say of themselves. */
export interface FoldedImportOptions {
  /** Default: `samples`/`count`. */
  readonly sampleType?: ValueType;
  /** Default: 0n, not known. */
  readonly timeUnixNano?: bigint;
  /** Default: 0n, not known. */
  readonly durationNano?: bigint;
}

/**
 * Reads folded stacks, a line `root;caller;leaf 12` each; empty lines are skipped, lines of one stack are added up. Names are
 * taken as they are, without files and lines.
 *
 * @throws InvalidFoldedError for a line that is none
 */
export function foldedToProfile(text: string, options: FoldedImportOptions = {}): Profile {
  const sampleType = options.sampleType ?? { type: 'samples', unit: 'count' };
  return {
    sampleType,
    periodType: sampleType,
    period: 1,
    timeUnixNano: options.timeUnixNano ?? 0n,
    durationNano: options.durationNano ?? 0n,
    attributes: {},
    samples: readSamples(text),
  };
}

function readSamples(text: string): Profile['samples'] {
  const locations = new Map<string, Location>();
  const sums = new Map<string, number | bigint>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const { folded, value } = parse(line, index + 1);
    const sum = addWhole(sums.get(folded) ?? 0, value);
    if (!isInt64(sum)) throw new InvalidFoldedError(index + 1, 'the sum for its stack must fit 64 bits', line);
    sums.set(folded, sum);
  }
  return [...sums].map(([folded, value]) => ({ stack: unfold(folded, locations), attributes: {}, value }));
}

function parse(line: string, number: number): { folded: string; value: number | bigint } {
  const trimmed = line.trim();
  const cut = trimmed.search(/\s\S*$/);
  const [folded, digits] = [trimmed.slice(0, Math.max(cut, 0)).trimEnd(), trimmed.slice(cut + 1)];
  if (folded === '' || !/^-?\d+$/.test(digits)) {
    throw new InvalidFoldedError(number, 'must be names with ; between, a space and a whole number', line);
  }
  if (folded.split(';').some((name) => name.trim() === '')) {
    throw new InvalidFoldedError(number, 'every frame must have a name', line);
  }
  const value = wholeNumber(BigInt(digits));
  if (!isInt64(value)) throw new InvalidFoldedError(number, 'the number must fit 64 bits', line);
  return { folded, value };
}

function unfold(folded: string, locations: Map<string, Location>): StackEntry[] {
  if (folded === '(no stack)') return [];
  return folded
    .split(';')
    .toReversed()
    .map((name) => locationNamed(name, locations));
}

function locationNamed(name: string, locations: Map<string, Location>): Location {
  let location = locations.get(name);
  if (location === undefined) {
    const line = { functionName: name, systemName: '', file: '', startLine: 0, line: 0, column: 0 };
    locations.set(name, (location = { lines: [line], address: 0n, attributes: {} }));
  }
  return location;
}
