import { toError } from '../base/errors.ts';
import { CommandError } from './failure.ts';
import { readInput } from './read-input.ts';

/** A span of a trace file. */
export interface FileSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** '' where it has none. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  /** Those that are texts, numbers or booleans, as texts. */
  readonly attributes: ReadonlyMap<string, string>;
}

interface JsonSpan extends Partial<Record<'traceId' | 'spanId' | 'parentSpanId' | 'name', string>> {
  readonly startTimeUnixNano?: string | number;
  readonly endTimeUnixNano?: string | number;
  readonly attributes?: readonly { readonly key?: string; readonly value?: Readonly<Record<string, unknown>> }[];
}

interface JsonMessage {
  readonly resourceSpans?: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly JsonSpan[] }[] }[];
}

/**
 * Reads traces in OTLP's JSON: one message, or one on each line, as a Collector's file exporter writes them. Throws a
 * {@link CommandError}.
 */
export async function readTraceFile(path: string): Promise<readonly FileSpan[]> {
  const text = new TextDecoder().decode(await readInput(path));
  try {
    const spans = spansOfJson(text);
    if (spans.length > 0) return spans;
  } catch (thrown) {
    throw new CommandError(`${path}: these are no traces in OTLP's JSON: ${toError(thrown).message}`, {
      cause: thrown,
    });
  }
  throw new CommandError(`${path}: there is no span in it`);
}

/** Throws where it is no JSON. */
export function spansOfJson(text: string): FileSpan[] {
  return messagesOf(text).flatMap(spansOf);
}

function messagesOf(text: string): JsonMessage[] {
  try {
    return [JSON.parse(text) as JsonMessage];
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => JSON.parse(line) as JsonMessage);
  }
}

function spansOf({ resourceSpans = [] }: JsonMessage): FileSpan[] {
  return resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans.map(spanOf)));
}

function spanOf({ traceId = '', spanId = '', parentSpanId = '', name = '', ...span }: JsonSpan): FileSpan {
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    parentSpanId: parentSpanId.toLowerCase(),
    name,
    startUnixNano: BigInt(span.startTimeUnixNano ?? 0),
    endUnixNano: BigInt(span.endTimeUnixNano ?? 0),
    attributes: new Map(
      (span.attributes ?? []).map(({ key = '', value = {} }) => [key, String(Object.values(value)[0])]),
    ),
  };
}
