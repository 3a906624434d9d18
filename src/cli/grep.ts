import { type GroupMatches, MatchFinder, type ProfileMatches, type Totals } from '../analyze/find-matches.ts';
import { sampleNeeds } from '../analyze/sample-needs.ts';
import { alignedTable } from './aligned-table.ts';
import { askFleet } from './fleet.ts';
import type { FleetChoice } from './fleet-options.ts';
import { profileName, quantityText } from './fleet-text.ts';
import { shareText } from './quantities.ts';
import type { Line } from './styled-line.ts';
import { timeText } from './title-lines.ts';
import { writeLines } from './write-lines.ts';
import { writeStdout } from './write-output.ts';

export interface GrepOptions {
  /** Names of attributes. */
  readonly by: readonly string[];
  /** Over time; in stretches of `stepNanos`, or of what gives some 60 of them. */
  readonly overTime: boolean;
  readonly stepNanos?: bigint;
  /** Rows shown at most. */
  readonly limit: number;
  readonly json: boolean;
}

interface Found {
  readonly totals: Totals;
  readonly stepNanos: bigint | undefined;
  readonly profiles: readonly ProfileMatches[] | undefined;
  readonly groups: readonly GroupMatches[] | undefined;
}

/** `taskprof grep PATTERN PATHS`. */
export async function grep(pattern: string, choice: FleetChoice, options: GrepOptions): Promise<void> {
  const found = await askFleet(
    choice,
    pattern,
    (database) => find(new MatchFinder(database, pattern), options),
    sampleNeeds(pattern, options.by),
  );
  if (options.json) return writeStdout(`${JSON.stringify(jsonOf(pattern, choice, options, found), null, 2)}\n`);
  await writeLines([...titleLines(pattern, choice, found.totals), [], ...bodyLines(choice, options, found)]);
}

async function find(finder: MatchFinder, options: GrepOptions): Promise<Found> {
  const totals = await finder.totals();
  const stepNanos = options.overTime ? (options.stepNanos ?? stepFor(totals)) : undefined;
  if (!options.overTime && options.by.length === 0) {
    return { totals, stepNanos, profiles: await finder.byProfile(options.limit), groups: undefined };
  }
  return { totals, stepNanos, profiles: undefined, groups: await finder.byGroup(options.by, stepNanos) };
}

const NICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];
const WANTED_STEPS = 60;

function stepFor({ firstUnixNano, lastUnixNano }: Totals): bigint {
  const seconds = Number(lastUnixNano - firstUnixNano) / 1e9 / WANTED_STEPS;
  const nice = NICE_SECONDS.find((step) => step >= seconds) ?? Math.ceil(seconds / 86_400) * 86_400;
  return BigInt(nice) * 1_000_000_000n;
}

function titleLines(pattern: string, { selection }: FleetChoice, totals: Totals): Line[] {
  const { profiles, matchingProfiles, matching, total, unit } = totals;
  const amount = `${quantityText(matching, unit)} of ${quantityText(total, unit)} ${selection.measure} (${shareText(matching, total)})`;
  return [
    [
      { text: `${matchingProfiles} of ${profiles} profiles`, style: 'bold' },
      { text: ` have a frame that matches ${pattern}: ${amount}` },
    ],
    [{ text: `${timeText(totals.firstUnixNano)} to ${timeText(totals.lastUnixNano)}`, style: 'dim' }],
  ];
}

function bodyLines(choice: FleetChoice, options: GrepOptions, { totals, profiles, groups }: Found): Line[] {
  const rows = profiles
    ? profiles.filter(({ matching }) => matching > 0).map((one) => profileCells(one, totals))
    : groups!.map((one) => groupCells(one, totals, options));
  const headings = profiles
    ? [choice.selection.measure, 'of', 'share', 'time', 'profile']
    : groupHeadings(choice, options);
  const shown = rows.slice(0, options.limit);
  const count = profiles ? totals.matchingProfiles : rows.length;
  const isText = (index: number): boolean =>
    profiles ? index > 2 : index < options.by.length + Number(options.overTime);
  const columns = headings.map((heading, index) => ({
    heading,
    align: isText(index) ? ('left' as const) : ('right' as const),
  }));
  const rest = count - shown.length;
  return [
    ...(shown.length > 0 ? alignedTable(columns, shown) : []),
    ...(rest > 0 ? [[{ text: `${rest} more; --limit shows them`, style: 'dim' as const }]] : []),
  ];
}

function profileCells({ matching, total, timeUnixNano, ...profile }: ProfileMatches, { unit }: Totals): string[] {
  return [
    quantityText(matching, unit),
    quantityText(total, unit),
    shareText(matching, total),
    timeText(timeUnixNano),
    profileName(profile),
  ];
}

function groupHeadings({ selection }: FleetChoice, { by, overTime }: GrepOptions): string[] {
  const { measure } = selection;
  return [...(overTime ? ['from'] : []), ...by, 'profiles', `${measure} a profile`, 'most in one', 'in all', 'share'];
}

function groupCells(group: GroupMatches, { unit }: Totals, { overTime }: GrepOptions): string[] {
  const { timeUnixNano = 0n, keys, profiles, matching, total, mostMatching } = group;
  return [
    ...(overTime ? [timeText(timeUnixNano)] : []),
    ...keys.map((key) => (key === '' ? '-' : key)),
    String(profiles),
    quantityText(matching / profiles, unit),
    quantityText(mostMatching, unit),
    quantityText(matching, unit),
    shareText(matching, total),
  ];
}

function jsonOf(pattern: string, { selection }: FleetChoice, { by, limit }: GrepOptions, found: Found): object {
  const { firstUnixNano, lastUnixNano, ...totals } = found.totals;
  return {
    pattern,
    measure: selection.measure,
    ...totals,
    firstUnixNano: String(firstUnixNano),
    lastUnixNano: String(lastUnixNano),
    ...(found.profiles && {
      byProfile: found.profiles.map(({ timeUnixNano, ...profile }) => ({
        timeUnixNano: String(timeUnixNano),
        ...profile,
      })),
    }),
    ...(found.stepNanos !== undefined && { stepNanos: String(found.stepNanos) }),
    ...(found.groups && {
      byGroup: found.groups.slice(0, limit).map(({ timeUnixNano, keys, ...group }) => ({
        ...(timeUnixNano !== undefined && { timeUnixNano: String(timeUnixNano) }),
        by: Object.fromEntries(by.map((name, index) => [name, keys[index]])),
        ...group,
      })),
    }),
  };
}
