import { askEndpoint, type AskOptions } from './ask-endpoint.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { UsageError } from './failure.ts';
import { formatOfName } from './format-names.ts';
import { checkAnswer } from './get.ts';
import { filterParameters, type TaskFilter } from './task-filter.ts';
import { TIMELINE_FORMATS, type TimelineFormat } from './timeline-formats.ts';
import { writeOutput } from './write-output.ts';

export interface TimelineCommandOptions {
  readonly output: string;
  readonly format?: TimelineFormat;
  readonly everyNthRoot?: number;
  readonly seconds: number;
  readonly filter: TaskFilter;
}

/** `taskprof timeline URL`. */
export async function timeline(
  address: EndpointAddress,
  { output, format, everyNthRoot, seconds, filter }: TimelineCommandOptions,
  ask: AskOptions,
): Promise<void> {
  const written = format ?? formatOf(output);
  if (output === '-' && BINARY.has(written) && process.stdout.isTTY) {
    throw new UsageError(`${written} is no text for a terminal; give a file with -o, or redirect the output`);
  }
  const parameters: [string, string][] = [
    ['timeline', everyNthRoot === undefined ? '' : String(everyNthRoot)],
    ['seconds', String(seconds)],
    ['format', written],
    ...filterParameters(filter),
  ];
  const answer = await askEndpoint(address, parameters, { ...ask, timeoutMillis: ask.timeoutMillis + 1e3 * seconds });
  checkAnswer(address, answer);
  await writeOutput(output, answer.body);
  const followsAll = (everyNthRoot ?? (filterParameters(filter).length > 0 ? 1 : undefined)) === 1;
  if (written === 'trace' && isEmptyTrace(answer.body)) process.stderr.write(emptyText(seconds, followsAll));
}

function isEmptyTrace(body: Uint8Array): boolean {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(body)) as { readonly traceEvents: readonly unknown[] };
  return traceEvents.length === 0;
}

/** What a file without anything in it leaves open. */
function emptyText(seconds: number, followsAll: boolean): string {
  const hint = followsAll ? '' : '; --every 1 follows all root tasks';
  return (
    `nothing was followed in ${seconds} s: no root task that was chosen began and parked, and what was parked before is not seen, ` +
    `unless --label or --trace-id choose it${hint}\n`
  );
}

const BINARY: ReadonlySet<TimelineFormat> = new Set<TimelineFormat>(['otlp', 'pprof']);

/** What other commands call JSON is here a file for Perfetto. */
function formatOf(output: string): TimelineFormat {
  const isJson = /\.json$/i.test(output) && !/\.otlp\.json$/i.test(output);
  return output === '-' || isJson ? 'trace' : formatOfName(output, TIMELINE_FORMATS, '--format');
}
