import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from './failure.ts';
import { addFleetOptions, durationNanos, fleetChoiceOf, type FleetFlags, topShare } from './fleet-options.ts';
import { count } from './option-values.ts';
import { type JsonFlag, subcommand } from './subcommand.ts';

const PATHS_TEXT =
  'files, folders and patterns of profiles: pprof, OTLP in protobuf or JSON, output of a Collector, folded stacks';
const PATTERN_TEXT = `
Patterns are regular expressions of RE2, matched with each frame as "function (file:line)". Files are read into DuckDB, which needs
the package @duckdb/node-api.
`;
const DEFAULT_ROWS = 20;
/** Where all are wanted. */
const ALL_ROWS = 2 ** 31;

interface GrepFlags extends FleetFlags, JsonFlag {
  readonly by?: string[];
  readonly over?: 'time';
  readonly step?: bigint;
  readonly limit?: number;
}

export function addGrep(program: Command): void {
  const command = subcommand(
    program,
    'grep',
    'Counts, for each of many profiles, the tasks with a frame that matches; those with the most first.',
    [
      "taskprof grep 'ServeHTTP|pool\\.connect' profiles/",
      "taskprof grep 'acquire' collector-output.jsonl --by service.instance.id",
      "taskprof grep 'acquire' 'profiles/**/*.pb.gz' --over time --step 5m --by service.name",
      "taskprof grep 'acquire' --clickhouse http://localhost:8123/otel --since 1h --json",
    ],
    PATTERN_TEXT,
  )
    .argument('<PATTERN>', 'a regular expression')
    .argument('[PATH...]', PATHS_TEXT)
    .optionsGroup('How they are shown:')
    .option('--by <attribute>', 'by an attribute of samples (labels) or resources; several go together', several)
    .addOption(new Option('--over <what>', 'how it changes').choices(['time']))
    .option('--step <duration>', 'with --over time: stretches of so long, 5m (default: some 60 of them)', durationNanos)
    .option('--limit <n>', `rows shown at most (default: ${DEFAULT_ROWS}; with --json or --over all)`, count)
    .option('--json', 'print JSON');
  addFleetOptions(command).action(async (pattern: string, paths: readonly string[], flags: GrepFlags) => {
    if (flags.step !== undefined && flags.over === undefined) throw new UsageError('--step goes with --over time');
    const { grep } = await import('./grep.ts');
    const isAll = flags.json === true || flags.over !== undefined;
    await grep(pattern, fleetChoiceOf(paths, flags), {
      by: flags.by ?? [],
      overTime: flags.over !== undefined,
      ...(flags.step !== undefined && { stepNanos: flags.step }),
      limit: flags.limit ?? (isAll ? ALL_ROWS : DEFAULT_ROWS),
      json: flags.json === true,
    });
  });
}

interface DiffFlags extends FleetFlags, JsonFlag {
  readonly top: { share: number } | { count: number };
  readonly by?: string;
  readonly limit?: number;
  readonly maxRate: number;
  readonly allFrames?: true;
}

export function addDiff(program: Command): void {
  const command = subcommand(
    program,
    'diff',
    'Says what is different in the profiles that score highest: stacks, labels, attributes of resources, by how much, and whether ' +
      'chance may explain it.',
    [
      'taskprof diff --top 5% profiles/',
      "taskprof diff --top 20 --by 'pool\\.connect' profiles/",
      'taskprof diff --top 1% --clickhouse http://localhost:8123/otel --where service.name=shop --since 1d',
    ],
    `${PATTERN_TEXT}
Significance is by the rank test of Mann and Whitney on what each profile has, corrected for the number of comparisons by Benjamini
and Hochberg: "false by chance" is the share of false ones to expect among all that are as significant. Profiles of one process soon
after another are alike, which makes differences look more certain than they are.
`,
  )
    .argument('[PATH...]', PATHS_TEXT)
    .optionsGroup('What is compared:')
    .addOption(
      new Option('--top <n>', 'which profiles are the highest: a share, 5%, or a number, 20')
        .argParser(topShare)
        .default({ share: 0.05 }, '5%'),
    )
    .option('--by <pattern>', 'profiles score by what has a frame that matches (default: by all they have)')
    .optionsGroup('How it is shown:')
    .option('--limit <n>', `rows of each kind at most (default: ${DEFAULT_ROWS}; with --json all)`, count)
    .addOption(
      new Option('--max-rate <rate>', 'shows what is false by chance at most so often; 1 shows all')
        .argParser(rate)
        .default(0.05),
    )
    .option('--all-frames', 'whole stacks in place of their ends')
    .option('--json', 'print JSON');
  addFleetOptions(command).action(async (paths: readonly string[], flags: DiffFlags) => {
    const { diff } = await import('./diff.ts');
    await diff(fleetChoiceOf(paths, flags), {
      top: flags.top,
      ...(flags.by !== undefined && { pattern: flags.by }),
      limit: flags.limit ?? (flags.json === true ? ALL_ROWS : DEFAULT_ROWS),
      maxRate: flags.maxRate,
      allFrames: flags.allFrames === true,
      json: flags.json === true,
    });
  });
}

function several(text: string, before: readonly string[] = []): string[] {
  if (text !== '') return [...before, text];
  throw new InvalidArgumentError('It must be the name of an attribute.');
}

function rate(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number greater than 0 and at most 1.');
}
