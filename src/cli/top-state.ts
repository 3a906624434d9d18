import { SORT_ORDERS, type SortOrder } from './tree-order.ts';

/** A key as `node:readline` tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/** What the user has chosen in `top`. Immutable. */
export interface TopState {
  readonly order: SortOrder;
  readonly layout: 'tree' | 'flat';
  readonly allFrames: boolean;
  readonly isPaused: boolean;
  readonly showsHelp: boolean;
  /** The filter that counts: the source of a regular expression on frames; '' for none. */
  readonly matching: string;
  /** What is being typed as the next filter; undefined while nothing is. */
  readonly typed: string | undefined;
  /** Why what was typed is no filter. */
  readonly problem: string | undefined;
  /** First line shown. */
  readonly scroll: number;
}

/** What a key asks for besides another state. */
export type TopAction = 'quit' | 'suspend' | 'refresh' | 'redraw';

export interface TopStep {
  readonly state: TopState;
  readonly action?: TopAction;
}

export function initialState(order: SortOrder, layout: TopState['layout'], allFrames: boolean): TopState {
  return {
    order,
    layout,
    allFrames,
    isPaused: false,
    showsHelp: false,
    matching: '',
    typed: undefined,
    problem: undefined,
    scroll: 0,
  };
}

/** What a key does. `page`: lines of the list on the screen. */
export function pressKey(state: TopState, key: Key, page: number): TopStep {
  if (key.ctrl) return pressControl(state, key);
  return state.typed === undefined ? pressCommand(state, key, page) : pressWhileTyping(state, key, state.typed);
}

/** For the help on the screen; the table below does it. */
export const KEY_HELP: readonly (readonly [keys: string, what: string])[] = [
  ['q, Ctrl-C', 'quit'],
  ['s', 'sort by the next of tasks, oldest wait, name'],
  ['t  o  n', 'sort by tasks, oldest wait, name'],
  ['/', 'filter: stacks with a frame that matches a regular expression; Enter takes it, Esc leaves it'],
  ['Esc, c', 'no filter'],
  ['v', 'tree by callers, or a line for each stack'],
  ['a', 'all frames, or those of packages folded'],
  ['p, Space', 'pause, and go on'],
  ['r', 'refresh now'],
  ['arrows, PgUp, PgDn, g, G', 'scroll'],
  ['h, ?', 'this help'],
];

function pressControl(state: TopState, { name }: Key): TopStep {
  if (name === 'c') return { state, action: 'quit' };
  if (name === 'z') return { state, action: 'suspend' };
  return name === 'l' ? { state, action: 'redraw' } : { state };
}

type Command = (state: TopState, page: number) => Partial<TopState>;

const sortBy =
  (order: SortOrder): Command =>
  () => ({ order, scroll: 0 });
const scrollBy =
  (lines: (page: number) => number): Command =>
  ({ scroll }, page) => ({ scroll: Math.max(0, scroll + lines(page)) });
const noFilter: Command = () => ({ matching: '', problem: undefined, scroll: 0 });
const togglePause: Command = ({ isPaused }) => ({ isPaused: !isPaused });
const toggleHelp: Command = ({ showsHelp }) => ({ showsHelp: !showsHelp });

/** By the key's name, or by what it writes. */
const COMMANDS: Readonly<Record<string, Command>> = {
  s: ({ order }) => ({ order: SORT_ORDERS[(SORT_ORDERS.indexOf(order) + 1) % SORT_ORDERS.length]!, scroll: 0 }),
  t: sortBy('tasks'),
  o: sortBy('oldest'),
  n: sortBy('name'),
  '/': ({ matching }) => ({ typed: matching, problem: undefined }),
  escape: (state, page) => (state.showsHelp ? toggleHelp(state, page) : noFilter(state, page)),
  c: noFilter,
  v: ({ layout }) => ({ layout: layout === 'tree' ? 'flat' : 'tree', scroll: 0 }),
  a: ({ allFrames }) => ({ allFrames: !allFrames, scroll: 0 }),
  p: togglePause,
  space: togglePause,
  h: toggleHelp,
  '?': toggleHelp,
  up: scrollBy(() => -1),
  k: scrollBy(() => -1),
  down: scrollBy(() => 1),
  j: scrollBy(() => 1),
  pageup: scrollBy((page) => -page),
  pagedown: scrollBy((page) => page),
  home: () => ({ scroll: 0 }),
  g: () => ({ scroll: 0 }),
  end: () => ({ scroll: Infinity }),
  G: () => ({ scroll: Infinity }),
};

function pressCommand(state: TopState, { name = '', sequence = '' }: Key, page: number): TopStep {
  if (name === 'q') return { state, action: 'quit' };
  if (name === 'r') return { state, action: 'refresh' };
  const key = [sequence, name].find((one) => Object.hasOwn(COMMANDS, one));
  return key === undefined ? { state } : { state: { ...state, ...COMMANDS[key]!(state, page) } };
}

const MAX_TYPED = 200;

function pressWhileTyping(state: TopState, { name, sequence = '', meta }: Key, typed: string): TopStep {
  if (name === 'escape') return { state: { ...state, typed: undefined, problem: undefined } };
  if (name === 'return' || name === 'enter') return { state: takeFilter(state, typed) };
  if (name === 'backspace')
    return { state: { ...state, typed: Array.from(typed).slice(0, -1).join(''), problem: undefined } };
  const isText = !meta && /^[^\p{Cc}]+$/u.test(sequence) && typed.length + sequence.length <= MAX_TYPED;
  return { state: isText ? { ...state, typed: typed + sequence, problem: undefined } : state };
}

function takeFilter(state: TopState, typed: string): TopState {
  try {
    new RegExp(typed);
  } catch (thrown) {
    return { ...state, problem: (thrown as Error).message };
  }
  return { ...state, matching: typed, typed: undefined, problem: undefined, scroll: 0 };
}
