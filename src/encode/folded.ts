import type { StackFrame } from '../base/types.ts';
import { isLocation } from '../profile/location.ts';
import type { Location, Profile, StackEntry } from '../profile/model.ts';
import { addWhole } from '../profile/whole-number.ts';

/** How folded stacks are written. */
export interface FoldedOptions {
  /** Whether frames show `file:line:column` behind their name, so that functions of one name stay apart. Default: false. */
  readonly positions?: boolean;
}

/**
 * A profile as folded stacks, for flame graphs: a line `root;caller;leaf 12` for each stack, sorted, with the sum of its
 * samples; those that sum up to 0 are left out. Attributes and links are not in it. Semicolons and line breaks in names become
 * `:` and a space; a stack without frames is `(no stack)`.
 */
export function profileToFolded(profile: Profile, { positions = false }: FoldedOptions = {}): string {
  const sums = new Map<string, number | bigint>();
  for (const { stack, value } of profile.samples) {
    const folded = fold(stack, positions);
    sums.set(folded, addWhole(sums.get(folded) ?? 0, value));
  }
  return [...sums]
    .filter(([, sum]) => Number(sum) !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([folded, sum]) => `${folded} ${String(sum)}\n`)
    .join('');
}

function fold(stack: readonly StackEntry[], positions: boolean): string {
  const names = stack.flatMap((entry) => entryNames(entry, positions)).toReversed();
  return names.length === 0 ? '(no stack)' : names.join(';');
}

function entryNames(entry: StackEntry, positions: boolean): string[] {
  if (!isLocation(entry)) return [frameName(entry, positions)];
  return entry.lines.length === 0 ? [addressName(entry)] : entry.lines.map((line) => frameName(line, positions));
}

function frameName({ functionName, file, line, column }: StackFrame, positions: boolean): string {
  const position = positions && file !== '' ? ` ${file}:${line}:${column}` : '';
  const name = (functionName + position).replace(/\s+/g, ' ').replaceAll(';', ':').trim();
  return name === '' ? '(anonymous)' : name;
}

function addressName({ address }: Location): string {
  return `0x${address.toString(16)}`;
}
