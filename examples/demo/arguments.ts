import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** How long the load runs; without it until Ctrl-C. */
  readonly durationSeconds?: number;
  readonly connections: number;
}

/** Wrong arguments: what to print, and that it is the caller's fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const VALUED: ReadonlySet<string> = new Set(['--duration', '--connections']);
const DEFAULT_CONNECTIONS = 200;
const MAX_CONNECTIONS = 10_000;
const MAX_DURATION_SECONDS = 86_400;

export const HELP = `Usage: npm start -- [options]

Runs a web service on PostgreSQL under load and shows the async tasks that are parked in it, from the OTLP profiles
that it exports. Ctrl-C ends it.

Options:
  --duration SECONDS   end by itself after so many seconds of load (default: run until Ctrl-C)
  --connections N      connections of the load, each with one request at a time (default: ${DEFAULT_CONNECTIONS})
  --help               print this
`;

/** Reads the arguments after `main.ts`; 'help' where that is asked for. Throws `UsageError` naming option and value. */
export function parseDemoArguments(args: readonly string[]): DemoOptions | 'help' {
  const { duration, connections, help } = parse(args);
  if (help) return 'help';
  return {
    ...(duration !== undefined && { durationSeconds: numberOf('--duration', duration, MAX_DURATION_SECONDS) }),
    connections:
      connections === undefined ? DEFAULT_CONNECTIONS : integerOf('--connections', connections, MAX_CONNECTIONS),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: joinValues(args),
      options: { duration: { type: 'string' }, connections: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** `--duration -5` as `--duration=-5`: parseArgs calls the former ambiguous and does not name the value. */
function joinValues(args: readonly string[]): string[] {
  return args.flatMap((arg, n) => {
    if (VALUED.has(args[n - 1] ?? '')) return [];
    return VALUED.has(arg) && n + 1 < args.length ? [`${arg}=${args[n + 1]}`] : [arg];
  });
}

function numberOf(option: string, text: string, max: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value > 0 && value <= max) return value;
  throw new UsageError(`${option} must be a number greater than 0 and at most ${max}, got "${text}"`);
}

function integerOf(option: string, text: string, max: number): number {
  const value = numberOf(option, text, max);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`${option} must be a whole number, got "${text}"`);
}
