import { existsSync } from 'node:fs';
import { profileToFolded } from '../encode/folded.ts';
import type { Span } from '../encode/otlp-traces-import.ts';
import type { Profile, ProfilesData } from '../profile/model.ts';
import { askForProfiles, type AskOptions } from './ask-endpoint.ts';
import { endpointAddress, isUrl } from './endpoint-address.ts';
import { CommandError, UsageError } from './failure.ts';
import { stacksJson } from './list-json.ts';
import { writeLines } from './write-lines.ts';
import { readInput } from './read-input.ts';
import { readProfiles } from './read-profile.ts';
import { readTelemetry } from './read-telemetry.ts';
import { selectSpans, type SpanQuery } from './span-selection.ts';
import type { TaskList } from './task-list.ts';
import type { ViewOptions } from './task-view.ts';
import { whereLines } from './where-view.ts';
import { whereTime, type WhereSelection, type WhereTime } from './where-time.ts';
import { writeStdout } from './write-output.ts';

export interface WhereOptions {
  readonly traceId?: string;
  /** `name=value`. */
  readonly labels: readonly string[];
  /** Of the spans in `traces`. */
  readonly spanName?: string;
  /** A file of traces. */
  readonly traces?: string;
  /** Of a process: the length of the interval. */
  readonly seconds?: number;
  readonly view: ViewOptions;
  readonly output: 'table' | 'json' | 'folded';
}

const DEFAULT_SECONDS = 10;

/** `taskprof where FILE|URL`. */
export async function where(target: string, options: WhereOptions, ask: AskOptions): Promise<void> {
  if (options.spanName !== undefined && options.traces === undefined) {
    throw new UsageError('--span-name needs --traces: profiles have the ids of spans, not their names');
  }
  const messages = await load(target, options, ask);
  const time = whereTime(messages, target, await selectionOf(options));
  if (options.output === 'folded') return writeStdout(foldedOf(time));
  if (options.output === 'json') return writeStdout(jsonOf(time));
  await writeLines(whereLines(time, whatText(options), options.view));
}

async function load(target: string, { seconds }: WhereOptions, ask: AskOptions): Promise<readonly ProfilesData[]> {
  if (target === '-' || existsSync(target)) {
    if (seconds !== undefined) throw new UsageError('--seconds is for a live process: a file holds what was looked at');
    return readProfiles(await readInput(target), target).messages;
  }
  if (!isUrl(target)) throw new CommandError(`${target}: there is no such file`);
  return await askForProfiles(endpointAddress(target), {}, { seconds: seconds ?? DEFAULT_SECONDS }, ask);
}

async function selectionOf({ traceId, labels, spanName, traces }: WhereOptions): Promise<WhereSelection> {
  if (traces === undefined) {
    return { filter: { ...(traceId !== undefined && { traceId }), ...(labels.length > 0 && { label: labels }) } };
  }
  const query: SpanQuery = {
    labels,
    ...(traceId !== undefined && { traceId }),
    ...(spanName !== undefined && { name: spanName }),
  };
  const spans = selectSpans(await spansOfFile(traces), query);
  if (spans.spans.length === 0) throw new CommandError(`${traces}: there is no such span in it`);
  return { filter: {}, spans };
}

async function spansOfFile(path: string): Promise<readonly Span[]> {
  const spans = readTelemetry(await readInput(path), path).spans.flatMap((data) => data.spans);
  if (spans.length === 0) throw new CommandError(`${path}: there is no span in it; it must be traces in OTLP`);
  return spans;
}

function whatText({ traceId, labels, spanName }: WhereOptions): string {
  const texts = [
    ...(spanName === undefined ? [] : [`spans ${spanName}`]),
    ...(traceId === undefined ? [] : [`trace ${traceId}`]),
    ...labels,
  ];
  return texts.length === 0 ? 'all' : texts.join(', ');
}

/** Nanoseconds; the part is the outermost frame. */
function foldedOf({ cpu, wait, rest }: WhereTime): string {
  const samples = [...folding('on CPU', cpu), ...folding('waiting', wait)];
  if (rest >= 0.5) samples.push({ stack: [part('rest')], attributes: {}, value: Math.round(rest) });
  return profileToFolded({ samples } as unknown as Profile);
}

function folding(name: string, list: TaskList | undefined): Profile['samples'][number][] {
  return (list?.entries ?? []).map(({ stack, value }) => ({
    stack: [...stack, part(name)],
    attributes: {},
    value: Math.round(value),
  }));
}

function part(functionName: string): Profile['samples'][number]['stack'][number] {
  return { functionName, file: '', line: 0, column: 0 };
}

function jsonOf({ service, intervalNanos, wall, cpu, wait, rest, isByTraces, spans }: WhereTime): string {
  const partOf = (list: TaskList): unknown => ({ nanos: list.total, stacks: stacksJson({ ...list, total: wall }) });
  return `${JSON.stringify(
    {
      service: service === '' ? null : service,
      intervalNanos,
      wallNanos: wall,
      by: isByTraces ? 'traces' : 'samples',
      spans: spans ?? null,
      cpu: cpu ? partOf(cpu) : null,
      wait: partOf(wait),
      rest: { nanos: rest },
    },
    null,
    2,
  )}\n`;
}
