import {
  compareProfiles,
  type CompareOptions,
  type Comparison,
  type Difference,
  greatestDifferences,
} from '../analyze/compare-profiles.ts';
import { alignedTable } from './aligned-table.ts';
import { askFleet } from './fleet.ts';
import type { FleetChoice } from './fleet-options.ts';
import { quantityText, stackText } from './fleet-text.ts';
import { shareText } from './quantities.ts';
import type { Line } from './styled-line.ts';
import { writeLines } from './write-lines.ts';
import { writeStdout } from './write-output.ts';

export interface DiffOptions extends CompareOptions {
  /** Of each kind. */
  readonly limit: number;
  /** Shows what has a false discovery rate up to this. */
  readonly maxRate: number;
  readonly allFrames: boolean;
  readonly json: boolean;
}

const KINDS = [
  { kind: 'stack', title: 'Stacks' },
  { kind: 'label', title: 'Labels' },
  { kind: 'resource', title: 'Attributes of resources' },
] as const;

/** Frames of a stack that a table shows. */
const SHOWN_FRAMES = 4;

/** `taskprof diff --top 5% PATHS`. */
export async function diff(choice: FleetChoice, options: DiffOptions): Promise<void> {
  const { comparison, shown, significant } = await askFleet(choice, options.pattern, async (database) => {
    const compared = await compareProfiles(database, options);
    const greatest = await greatestDifferences(database, compared, options);
    const significant = compared.differences.filter((one) => one.falseDiscoveryRate <= options.maxRate).length;
    return { comparison: compared, shown: greatest, significant };
  });
  if (options.json) return writeStdout(`${JSON.stringify(jsonOf(choice, options, comparison, shown), null, 2)}\n`);
  await writeLines([
    ...titleLines(choice, options, comparison),
    ...KINDS.flatMap(({ kind, title }) =>
      tableOf(
        title,
        shown.filter((one) => one.kind === kind),
        comparison,
        options,
      ),
    ),
    [],
    [{ text: restText(comparison, shown.length, significant, options), style: 'dim' }],
  ]);
}

function titleLines(
  { selection }: FleetChoice,
  { pattern }: DiffOptions,
  { profiles, highest, threshold, unit }: Comparison,
): Line[] {
  const least = quantityText(Number(threshold), unit);
  const what = pattern === undefined ? selection.measure : `${selection.measure} with a frame that matches ${pattern}`;
  return [
    [
      { text: `The ${highest} highest of ${profiles} profiles`, style: 'bold' },
      { text: ` have at least ${least} ${what}. Against the other ${profiles - highest} they have, on average:` },
    ],
  ];
}

function tableOf(
  title: string,
  differences: readonly Difference[],
  { unit }: Comparison,
  { allFrames }: DiffOptions,
): Line[] {
  if (differences.length === 0) return [];
  const columns = [
    ...['difference', 'highest', 'others', 'false by chance'].map((heading) => ({ heading, align: 'right' as const })),
    { heading: title.toLowerCase(), align: 'left' as const },
  ];
  return [
    [],
    ...alignedTable(
      columns,
      differences.map((one) => cells(one, unit, allFrames ? Infinity : SHOWN_FRAMES)),
    ),
  ];
}

function cells(one: Difference, unit: string, maxFrames: number): string[] {
  const amount = (value: number): string => (one.kind === 'resource' ? shareText(value, 1) : quantityText(value, unit));
  const sign = one.difference > 0 ? '+' : '';
  return [
    sign + amount(one.difference),
    amount(one.meanOfHighest),
    amount(one.meanOfRest),
    rateText(one.falseDiscoveryRate),
    one.kind === 'stack' ? `${one.isScored ? '* ' : ''}${stackText(one.frames, maxFrames)}` : `${one.name}=${one.text}`,
  ];
}

function rateText(rate: number): string {
  if (rate < 1e-12) return '< 1e-12';
  return rate < 1e-3 ? rate.toExponential(0) : rate.toFixed(3);
}

function restText(
  { differences }: Comparison,
  shown: number,
  significant: number,
  { maxRate, pattern }: DiffOptions,
): string {
  const others = differences.length - significant;
  return [
    `${differences.length} stacks, labels and attributes compared; ${others} differ no more than chance may explain (false discovery rate over ${maxRate}).`,
    ...(significant > shown ? [`${significant - shown} more are significant; --limit shows them.`] : []),
    ...(pattern === undefined ? [] : ['* is what the profiles were chosen by.']),
  ].join(' ');
}

function jsonOf(
  { selection }: FleetChoice,
  { pattern, maxRate }: DiffOptions,
  comparison: Comparison,
  shown: readonly Difference[],
): object {
  const { differences, threshold, ...head } = comparison;
  return {
    measure: selection.measure,
    scoredBy: pattern ?? null,
    ...head,
    threshold: String(threshold),
    compared: differences.length,
    maxFalseDiscoveryRate: maxRate,
    differences: shown.map(({ kind, name, text, frames, ...one }) => ({
      kind,
      ...(kind === 'stack' ? {} : { name, value: text }),
      ...one,
      // The id is the engine's own.
      stack: kind === 'stack' ? frames : undefined,
    })),
  };
}
