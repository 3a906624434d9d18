import { useCallback, useEffect, useState } from 'preact/hooks';

export const VIEWS = ['flame', 'functions', 'tasks', 'traces', 'compare', 'timelines'] as const;
export type View = (typeof VIEWS)[number];

/** A range of time in microseconds; undefined where it is open. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** What is shown. All of it is in the page's address, so that it can be sent to somebody and gone back to. */
export interface PageState {
  readonly view: View;
  readonly type?: string;
  readonly service?: string;
  /** The part of the time that everything is of. */
  readonly range: Range;
  /** What is compared with it. */
  readonly other: Range & { readonly service?: string };
  /** `name\nfile` each. */
  readonly frames: readonly string[];
  readonly texts: readonly string[];
  /** `name=value` each. */
  readonly labels: readonly string[];
  /** Only tasks in this trace. */
  readonly inTrace?: string;
  /** The trace that is open, and the span in it. */
  readonly trace?: string;
  readonly span?: string;
  readonly sort?: string;
  readonly isAscending: boolean;
  readonly layout: 'icicle' | 'flame';
}

const NUMBERS = ['from', 'to', 'other.from', 'other.to'] as const;

export function parseState(search: string): PageState {
  const parameters = new URLSearchParams(search);
  const text = <Name extends string>(name: Name, key = name as string): Partial<Record<Name, string>> => {
    const value = parameters.get(key);
    return value === null || value === '' ? {} : ({ [name]: value } as Record<Name, string>);
  };
  const [from, to, otherFrom, otherTo] = NUMBERS.map((name) => {
    const value = Number(parameters.get(name) ?? NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  });
  const view = VIEWS.find((one) => one === parameters.get('view')) ?? 'flame';
  return {
    view,
    ...text('type'),
    ...text('service'),
    range: rangeOf(from, to),
    other: { ...rangeOf(otherFrom, otherTo), ...text('service', 'other.service') },
    frames: parameters.getAll('frame'),
    texts: parameters.getAll('text'),
    labels: parameters.getAll('label'),
    ...text('inTrace'),
    ...text('trace'),
    ...text('span'),
    ...text('sort'),
    isAscending: parameters.get('direction') === 'ascending',
    layout: parameters.get('layout') === 'flame' ? 'flame' : 'icicle',
  };
}

export function formatState(state: PageState): string {
  const parameters = new URLSearchParams();
  const put = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') parameters.append(name, String(value));
  };
  put('view', state.view === 'flame' ? undefined : state.view);
  put('type', state.type);
  put('service', state.service);
  put('from', state.range.from);
  put('to', state.range.to);
  put('other.from', state.other.from);
  put('other.to', state.other.to);
  put('other.service', state.other.service);
  for (const frame of state.frames) put('frame', frame);
  for (const text of state.texts) put('text', text);
  for (const label of state.labels) put('label', label);
  put('inTrace', state.inTrace);
  put('trace', state.trace);
  put('span', state.span);
  put('sort', state.sort);
  put('direction', state.isAscending ? 'ascending' : undefined);
  put('layout', state.layout === 'flame' ? 'flame' : undefined);
  const search = parameters.toString();
  return search === '' ? '/' : `/?${search}`;
}

/** The parameters of a question about what is selected. */
export function questionOf(state: PageState): URLSearchParams {
  const parameters = new URLSearchParams();
  if (state.type !== undefined) parameters.set('type', state.type);
  if (state.service !== undefined) parameters.set('service', state.service);
  if (state.range.from !== undefined) parameters.set('from', String(state.range.from));
  if (state.range.to !== undefined) parameters.set('to', String(state.range.to));
  for (const frame of state.frames) parameters.append('frame', frame);
  for (const text of state.texts) parameters.append('text', text);
  for (const label of state.labels) parameters.append('label', label);
  if (state.inTrace !== undefined) parameters.set('trace', state.inTrace);
  return parameters;
}

export type ChangeState = (change: Partial<PageState> | ((state: PageState) => Partial<PageState>)) => void;

/** The state in the address, and what changes it: each change can be gone back from. */
export function useLocationState(): [PageState, ChangeState] {
  const [state, setState] = useState(() => parseState(location.search));
  useEffect(() => {
    const onBack = (): void => setState(parseState(location.search));
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);
  const change = useCallback<ChangeState>((given) => {
    const before = parseState(location.search);
    const changes = typeof given === 'function' ? given(before) : given;
    const after = formatState({ ...before, ...changes });
    if (after !== formatState(before)) history.pushState(null, '', after);
    setState(parseState(location.search));
  }, []);
  return [state, change];
}

function rangeOf(from: number | undefined, to: number | undefined): Range {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
