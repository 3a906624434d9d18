import { falseDiscoveryRates } from './false-discovery.ts';
import { FEATURE_KINDS, FeatureReader, type FeatureKind, type FeatureLevels } from './feature-levels.ts';
import type { FleetFrame } from './fleet-frame.ts';
import type { FleetDatabase } from './fleet-database.ts';
import { rankTest } from './rank-test.ts';
import { ScoredProfiles } from './scored-profiles.ts';
import { compareFrames, framesOfStacks } from './stack-frames.ts';

export interface CompareOptions {
  /** How many profiles are the highest: a share of all, or a number. Those that score as high as the last of them are too. */
  readonly top: { readonly share: number } | { readonly count: number };
  /** Profiles score by what has a frame that matches. undefined: by all they have. */
  readonly pattern?: string;
}

/** What is different in the profiles that score highest. */
export interface Comparison {
  readonly unit: string;
  readonly profiles: number;
  /** How many of them are the highest. */
  readonly highest: number;
  /** The least score among these. */
  readonly threshold: bigint;
  /** All that were compared, in no order. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly kind: FeatureKind;
  /** The name of a label or of an attribute of the resource; '' for a stack. */
  readonly name: string;
  readonly text: string;
  /** Of a stack: leaf first. Only what {@link greatestDifferences} gives has them. */
  readonly frames: readonly FleetFrame[];
  /** Of a stack: its id. */
  readonly stack: string;
  /** A stack that the score counts: that there is more of it is no news. */
  readonly isScored: boolean;
  /** Means of what a profile has, in the profile's unit; of a resource attribute the share of profiles. */
  readonly meanOfHighest: number;
  readonly meanOfRest: number;
  readonly difference: number;
  /** How probable it is that one of the highest has more of it than one of the rest. */
  readonly superiority: number;
  /** By chance alone a difference as great has this probability... */
  readonly pValue: number;
  /** ... and of all differences that are as significant, this share is to be expected by chance. */
  readonly falseDiscoveryRate: number;
}

/**
 * Compares, for each stack, label and attribute of a resource, what the highest profiles have with what the rest have. Tests how
 * they rank ({@link rankTest}), since counts of tasks are anything but normal; corrected for how many are tested.
 */
export async function compareProfiles(database: FleetDatabase, options: CompareOptions): Promise<Comparison> {
  const scores = new ScoredProfiles(database, options.pattern);
  const { profiles, unit } = await scores.overview();
  const wanted = 'count' in options.top ? options.top.count : Math.max(1, Math.round(profiles * options.top.share));
  const { threshold, highest } = await scores.threshold(profiles, wanted);
  const reader = new FeatureReader(database, scores.highest(), scores.parameters(threshold), {
    profiles,
    highest,
  });
  const found: Omit<Difference, 'falseDiscoveryRate'>[] = [];
  for await (const levels of reader.read()) found.push(differenceOf(levels, profiles, highest));
  const scored = await scores.scoredStacks();
  const rates = falseDiscoveryRates(found.map(({ pValue }) => pValue));
  const differences = found.map((one, index) => ({
    ...one,
    isScored: scored.has(one.stack),
    falseDiscoveryRate: rates[index]!,
  }));
  return { unit, profiles, highest, threshold, differences };
}

/**
 * The `limit` greatest of each kind that are false by chance with a rate of at most `maxRate`, greatest first, with the frames of
 * their stacks.
 */
export async function greatestDifferences(
  database: FleetDatabase,
  { differences }: Comparison,
  { limit, maxRate }: { readonly limit: number; readonly maxRate: number },
): Promise<readonly Difference[]> {
  const telling = differences.filter(({ falseDiscoveryRate }) => falseDiscoveryRate <= maxRate);
  const chosen = FEATURE_KINDS.flatMap((kind) =>
    telling
      .filter((one) => one.kind === kind)
      .sort(bySize)
      .slice(0, limit),
  );
  const ids = chosen.filter(({ kind }) => kind === 'stack').map(({ stack }) => stack);
  const frames = await framesOfStacks(database, ids);
  const named = chosen.map((one) => (one.kind === 'stack' ? { ...one, frames: frames.get(one.stack) ?? [] } : one));
  return FEATURE_KINDS.flatMap((kind) => named.filter((one) => one.kind === kind).sort(bySize));
}

function differenceOf(
  { kind, name, text, stack, levels }: FeatureLevels,
  profiles: number,
  highest: number,
): Omit<Difference, 'falseDiscoveryRate'> {
  const sum = (of: (level: FeatureLevels['levels'][number]) => number): number =>
    levels.reduce((total, level) => total + level.value * of(level), 0);
  const meanOfHighest = sum(({ chosen }) => chosen) / highest;
  const meanOfRest = sum(({ count, chosen }) => count - chosen) / (profiles - highest);
  const difference = meanOfHighest - meanOfRest;
  return {
    kind,
    name,
    text,
    stack,
    frames: [],
    isScored: false,
    meanOfHighest,
    meanOfRest,
    difference,
    ...rankTest(levels),
  };
}

/** Greatest first; equal ones in an order that is the same whatever the engine. */
function bySize(a: Difference, b: Difference): number {
  const [textA, textB] = [`${a.name}=${a.text}`, `${b.name}=${b.text}`];
  const bySizeAlone = Math.abs(b.difference) - Math.abs(a.difference);
  return bySizeAlone || (textA < textB ? -1 : textA > textB ? 1 : compareFrames(a.frames, b.frames));
}
