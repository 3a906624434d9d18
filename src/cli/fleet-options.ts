import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ProfileSelection } from '../analyze/profile-selection.ts';
import { label, seconds } from './option-values.ts';

// Options of the commands over many profiles, and what they mean.

export interface FleetFlags {
  readonly measure?: string;
  readonly since?: bigint;
  readonly until?: bigint;
  readonly where?: string[];
  readonly strict?: true;
  readonly clickhouse?: string;
  readonly clickhouseTable?: string;
  readonly questionTimeout?: number;
}

/** What profiles a question is about, and where they are. */
export interface FleetChoice {
  readonly paths: readonly string[];
  readonly selection: ProfileSelection;
  /** Whether a file that can't be read ends the command. */
  readonly isStrict: boolean;
  /** undefined: in files. */
  readonly clickHouse: { readonly url: string; readonly table: string; readonly timeoutMillis: number } | undefined;
}

/** Names of these options. */
export const FLEET_OPTIONS = [
  'measure',
  'where',
  'since',
  'until',
  'strict',
  'clickhouse',
  'clickhouseTable',
  'questionTimeout',
];

const DEFAULT_MEASURE = 'tasks';
const DEFAULT_TABLE = 'otel_profiles';
const DEFAULT_TIMEOUT_SECONDS = 300;

export function addFleetOptions(command: Command): Command {
  return command
    .optionsGroup('Which profiles:')
    .option(
      '--measure <type>',
      `what is counted, a sample type: tasks, wait, cpu, lost ... (default: ${DEFAULT_MEASURE})`,
    )
    .option('--where <name=value>', 'whose resource has this attribute; several must all hold', label)
    .option('--since <time>', 'from this time on: 2026-05-01T12:00:00Z, or 2h for two hours ago', time)
    .option('--until <time>', 'before this time', time)
    .option('--strict', 'fail at the first file that can not be read, in place of leaving it out')
    .addOption(
      new Option(
        '--clickhouse <url>',
        'ask ClickHouse, as filled by the Collector, in place of files: https://user@host:8443/database. ' +
          'User and password also by CLICKHOUSE_USER and CLICKHOUSE_PASSWORD',
      ).env('TASKPROF_CLICKHOUSE'),
    )
    .option('--clickhouse-table <name>', `its table of profiles (default: ${DEFAULT_TABLE})`)
    .addOption(
      new Option(
        '--question-timeout <seconds>',
        `wait so long for each answer of ClickHouse (default: ${DEFAULT_TIMEOUT_SECONDS})`,
      ).argParser(seconds),
    );
}

export function fleetChoiceOf(paths: readonly string[], flags: FleetFlags): FleetChoice {
  const { measure = DEFAULT_MEASURE, since, until, where = [], clickhouse } = flags;
  // Paths on the command line say more than an environment.
  const isClickHouse = clickhouse !== undefined && paths.length === 0;
  return {
    paths,
    selection: {
      measure,
      resource: where.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    },
    isStrict: flags.strict === true,
    clickHouse: isClickHouse
      ? {
          url: clickhouse,
          table: flags.clickhouseTable ?? DEFAULT_TABLE,
          timeoutMillis: (flags.questionTimeout ?? DEFAULT_TIMEOUT_SECONDS) * 1e3,
        }
      : undefined,
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `5m`, `2h`, `1d` in nanoseconds. */
export function durationNanos(text: string): bigint {
  const [, digits, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It must be a duration: 90s, 5m, 2h, 1d.');
  return BigInt(digits) * BigInt(UNIT_SECONDS[unit!]!) * 1_000_000_000n;
}

function time(text: string): bigint {
  if (/^\d+[smhd]$/.test(text)) return BigInt(Date.now()) * 1_000_000n - durationNanos(text);
  const millis = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(millis))
    throw new InvalidArgumentError('It must be a time, 2026-05-01T12:00:00Z, or a duration, 2h.');
  return BigInt(millis) * 1_000_000n;
}

/** `5%` or `20`. */
export function topShare(text: string): { share: number } | { count: number } {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(number);
  if (percent === '%' && value > 0 && value < 100) return { share: value / 100 };
  if (percent === '' && Number.isInteger(value) && value > 0) return { count: value };
  throw new InvalidArgumentError('It must be a share of the profiles, 5%, or a number of them, 20.');
}
