import { type Line, padEnd } from './styled-line.ts';
import { filteredList } from './task-filter.ts';
import type { TaskList } from './task-list.ts';
import { taskLines } from './task-view.ts';
import { titleLines } from './title-lines.ts';
import { KEY_HELP, type TopState } from './top-state.ts';

/** What `top` knows besides what the user has chosen. */
export interface TopFacts {
  readonly name: string;
  readonly list: TaskList;
  readonly intervalMillis: number;
  /** Why the list is not renewed; undefined while it is. */
  readonly problem: string | undefined;
}

/** Lines around the list: title, sampling, state, a blank one, headings; and the last one for keys. */
const FRAME_LINES = 6;

/** Lines of the list that fit. */
export function pageLines(rows: number): number {
  return Math.max(1, rows - FRAME_LINES);
}

/** The lines of one screen, as many as it has rows, and the scroll position that they show. */
export class TopView {
  #of: { list: TaskList; key: string; lines: Line[] } | undefined;

  screen(facts: TopFacts, state: TopState, rows: number): { lines: Line[]; scroll: number } {
    const page = pageLines(rows);
    const [heading = [], ...body] = state.showsHelp ? helpLines() : this.#listLines(facts.list, state);
    const scroll = Math.max(0, Math.min(state.scroll, body.length - page));
    const shown = body.slice(scroll, scroll + page);
    const blank = Array.from({ length: page - shown.length }, (): Line => []);
    const list = filteredList(facts.list, state);
    const lines = [...titleLines(list), stateLine(facts, state), [], heading, ...shown, ...blank];
    return { lines: [...lines, lastLine(state, scroll, body.length - page)].slice(-rows), scroll };
  }

  /** The tree of a large process takes some time, and scrolling does not change it. */
  #listLines(list: TaskList, state: TopState): Line[] {
    const { order, layout, allFrames, matching } = state;
    const key = JSON.stringify([order, layout, allFrames, matching]);
    if (this.#of?.list !== list || this.#of.key !== key) {
      const options = { order, layout, allFrames, limit: Infinity };
      this.#of = { list, key, lines: taskLines(filteredList(list, state), options) };
    }
    return this.#of.lines;
  }
}

function stateLine({ name, intervalMillis, problem }: TopFacts, state: TopState): Line {
  const texts = [
    name,
    state.isPaused ? 'paused' : `every ${intervalMillis / 1e3} s`,
    `sorted by ${state.order}`,
    ...(state.matching === '' ? [] : [`filter /${state.matching}/`]),
  ];
  const facts = { text: texts.join(', '), style: 'cyan' } as const;
  return problem === undefined ? [facts] : [{ text: `${problem}  `, style: 'red' }, facts];
}

const KEYS = 'q quit  s sort  / filter  v view  a frames  p pause  r refresh  ? help';

function lastLine(state: TopState, scroll: number, below: number): Line {
  if (state.typed !== undefined) {
    const problem = state.problem === undefined ? [] : [{ text: `  ${state.problem}`, style: 'red' as const }];
    return [{ text: `filter /${state.typed}` }, { text: ' ', style: 'inverse' }, ...problem];
  }
  const position = below > 0 ? `   line ${scroll + 1} of ${below + 1}` : '';
  return [{ text: KEYS + position, style: 'dim' }];
}

function helpLines(): Line[] {
  const width = Math.max(...KEY_HELP.map(([keys]) => keys.length));
  const rows = KEY_HELP.map(([keys, what]): Line => [
    { text: `  ${padEnd(keys, width)}  `, style: 'bold' },
    { text: what },
  ]);
  return [[{ text: 'Keys', style: 'dim' }], ...rows];
}
