import { RequestError } from '../debug/request-error.ts';

/** Which profiles, and which of their samples, a question is about. */
export interface Selection {
  readonly type?: string;
  readonly service?: string;
  /** Microseconds: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Stacks with all of these functions. */
  readonly frames: readonly { readonly name: string; readonly file: string }[];
  /** Stacks with a frame whose function or file contains each of these, in any case. */
  readonly texts: readonly string[];
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly traceId?: string;
}

const MAX_FILTERS = 16;
const MAX_TEXT_LENGTH = 2_048;

/** Reads the parameters of a request; `prefix` is `other.` for what is compared with. Throws a {@link RequestError}. */
export function selectionOf(parameters: URLSearchParams, prefix = ''): Selection {
  const one = (name: string): string | undefined => parameters.get(prefix + name) ?? undefined;
  const many = (name: string): string[] => {
    const values = parameters.getAll(prefix + name);
    if (values.length > MAX_FILTERS)
      throw new RequestError(400, `there may be ${MAX_FILTERS} "${prefix}${name}" at most`);
    if (values.some((value) => value.length > MAX_TEXT_LENGTH)) {
      throw new RequestError(400, `"${prefix}${name}" may have ${MAX_TEXT_LENGTH} characters at most`);
    }
    return values;
  };
  const [type, service, traceId] = [one('type'), one('service'), one('trace')];
  return {
    ...(type !== undefined && { type }),
    ...(service !== undefined && { service }),
    ...(traceId !== undefined && { traceId: traceIdOf(traceId) }),
    from: timeOf(one('from'), 'from') ?? 0,
    to: timeOf(one('to'), 'to') ?? Number.MAX_SAFE_INTEGER,
    frames: many('frame').map(frameOf),
    texts: many('text').filter((text) => text !== ''),
    labels: many('label').map(labelOf),
  };
}

function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const time = Number(text);
  if (Number.isSafeInteger(time)) return time;
  throw new RequestError(400, `"${name}" must be a whole number of microseconds`);
}

export function traceIdOf(text: string): string {
  if (/^[0-9a-f]{32}$/i.test(text)) return text.toLowerCase();
  throw new RequestError(400, 'a trace id must be 32 hex digits');
}

/** `name` and `file` with a line feed between, which neither has in practice. */
function frameOf(text: string): { name: string; file: string } {
  const at = text.indexOf('\n');
  return at < 0 ? { name: text, file: '' } : { name: text.slice(0, at), file: text.slice(at + 1) };
}

function labelOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new RequestError(400, '"label" must be name=value');
}
