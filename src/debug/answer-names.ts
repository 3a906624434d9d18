import { printable } from '../base/errors.ts';
import { RequestError } from './request-error.ts';

/** What `format` may be. */
const FORMATS = ['pprof', 'json', 'folded', 'otlp', 'otlp-json'] as const;

/** How an answer is written: in a format, or as text for people, by stack (`debug=1`) or by task (`debug=2`). */
export type AnswerName = (typeof FORMATS)[number] | 'stacks' | 'tasks';

/** What `format` may be of a timeline; the first is the default. */
const TIMELINE_FORMATS = ['trace', 'otlp', 'otlp-json', 'pprof', 'folded'] as const;

export type TimelineAnswerName = (typeof TIMELINE_FORMATS)[number];

/** As in Go, 0 is what it would be without. */
const BY_DEBUG: Readonly<Record<string, AnswerName | undefined>> = { '0': undefined, '1': 'stacks', '2': 'tasks' };

/** Throws a 400 for what is none, and where both say different things. */
export function answerNameOf(debug: string | undefined, format: string | undefined): AnswerName {
  if (debug !== undefined && !Object.hasOwn(BY_DEBUG, debug)) {
    throw new RequestError(400, `debug must be 1 or 2, got ${printable(debug)}`);
  }
  const name = nameOf(format, FORMATS);
  const text = debug === undefined ? undefined : BY_DEBUG[debug];
  if (text === undefined) return name;
  if (format === undefined) return text;
  throw new RequestError(400, `format must be left out with debug=${debug}, which is text, got ${printable(format)}`);
}

/** Throws a 400 for what is none. */
export function timelineAnswerNameOf(format: string | undefined): TimelineAnswerName {
  return nameOf(format, TIMELINE_FORMATS);
}

function nameOf<Name extends string>(format: string | undefined, names: readonly Name[]): Name {
  const name = format === undefined ? names[0] : names.find((one) => one === format);
  if (name !== undefined) return name;
  throw new RequestError(400, `format must be one of ${names.join(', ')}, got ${printable(format)}`);
}
