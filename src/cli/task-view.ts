import { durationText, shareText, valueText } from './quantities.ts';
import type { StackRow } from './stack-rows.ts';
import { type Line, padEnd, padStart, type Span, type Style } from './styled-line.ts';
import type { TaskList } from './task-list.ts';
import { taskTree, type TaskTree, type TreeEnd, type TreeNode } from './task-tree.ts';
import { COMPARISONS, limitTree, type SortOrder } from './tree-order.ts';

export interface ViewOptions {
  readonly order: SortOrder;
  /** `tree`: by callers. `flat`: a line for each stack. */
  readonly layout: 'tree' | 'flat';
  readonly allFrames: boolean;
  /** Most stacks shown; Infinity allowed. */
  readonly limit: number;
}

const SHARE_WIDTH = 9;
const OLDEST_WIDTH = 11;
const MIN_VALUE_WIDTH = 7;
const MAX_LABELS = 6;
/** Types of samples whose stacks end at an await. */
const PARKED: ReadonlySet<string> = new Set(['tasks', 'wait', 'lost']);
/** Deeper forks are shown side by side: nobody could see how far to the right they are. */
const MAX_INDENT = 90;

const ROW_STYLE: Readonly<Record<StackRow['kind'], Style | undefined>> = {
  caller: undefined,
  await: 'bold',
  operation: 'yellow',
  folded: 'dim',
};
const ROW_PREFIX: Readonly<Record<StackRow['kind'], string>> = {
  caller: '',
  await: 'await in ',
  operation: 'waits for ',
  folded: '',
};

/** The lines of a list of tasks below its title: headings, then a tree or a table. */
export function taskLines(list: TaskList, options: ViewOptions): Line[] {
  return new TaskView(list, options).lines();
}

class TaskView {
  readonly #list: TaskList;
  readonly #options: ViewOptions;
  readonly #tree: TaskTree;
  readonly #valueWidth: number;
  readonly #lines: Line[] = [];

  constructor(list: TaskList, options: ViewOptions) {
    this.#list = list;
    this.#options = options;
    this.#tree = taskTree(list.entries, options.allFrames);
    const values = [...this.#tree.roots.values(), ...this.#tree.ends].map((node) => this.#valueText(node).length);
    this.#valueWidth = values.reduce((most, width) => Math.max(most, width), MIN_VALUE_WIDTH);
  }

  lines(): Line[] {
    const { order, limit, layout } = this.#options;
    const { type } = this.#list.valueType;
    if (this.#tree.ends.length === 0)
      return [[{ text: type === 'tasks' ? 'No task is parked.' : 'Nothing is in it.' }]];
    const { isShown, rest } = limitTree(this.#tree, order, limit);
    this.#lines.push(this.#headingLine());
    if (layout === 'tree') this.#addTree(isShown);
    else this.#addTable(isShown);
    if (rest.length > 0) this.#lines.push(this.#restLine(rest));
    return this.#lines;
  }

  #headingLine(): Line {
    const { type } = this.#list.valueType;
    const numbers = [
      padStart(type.toUpperCase(), this.#valueWidth),
      padStart('SHARE', SHARE_WIDTH),
      padStart('OLDEST', OLDEST_WIDTH),
    ];
    return [
      {
        text: `${numbers.join('')}  ${this.#options.layout === 'tree' ? 'CALLS' : PARKED.has(type) ? 'PARKED IN' : 'STACK'}`,
        style: 'dim',
      },
    ];
  }

  /** Depth first, with a stack of its own: trees may be deeper than JavaScript can call. */
  #addTree(isShown: (node: TreeNode) => boolean): void {
    const shownOf = (nodes: ReadonlyMap<string, TreeNode>): TreeNode[] =>
      [...nodes.values()].filter(isShown).toSorted(COMPARISONS[this.#options.order]);
    const waiting = shownOf(this.#tree.roots)
      .map((node) => ({ node, numbered: true, first: '', indent: '' }))
      .toReversed();
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node, numbered, first, indent } = next;
      const children = shownOf(node.children);
      this.#lines.push(this.#rowLine(node, numbered, first));
      if (node.end) this.#addEnd(node.end, node.children.size > 0, indent);
      const [only] = children;
      // A caller with a single call stands above it, without a further indent: stacks are deeper than terminals are wide.
      if (only && children.length === 1 && !node.end) {
        waiting.push({ node: only, numbered: only.value !== node.value, first: indent, indent });
        continue;
      }
      const isTooDeep = indent.length >= MAX_INDENT;
      for (const [index, child] of children.toReversed().entries()) {
        const [fork, below] = isTooDeep ? ['', ''] : index === 0 ? ['└─ ', '   '] : ['├─ ', '│  '];
        waiting.push({ node: child, numbered: true, first: indent + fork, indent: indent + below });
      }
    }
  }

  #addEnd(end: TreeEnd, hasCalls: boolean, indent: string): void {
    const blank = ' '.repeat(this.#valueWidth + SHARE_WIDTH + OLDEST_WIDTH + 2);
    const { type, unit } = this.#list.valueType;
    const here = hasCalls ? `${valueText(end.value, 0, unit)} ${PARKED.has(type) ? 'parked ' : ''}here ` : '';
    const text = here + endText(end);
    if (text !== '')
      this.#lines.push([
        { text: blank + indent, style: 'dim' },
        { text: text.trimEnd(), style: 'cyan' },
      ]);
  }

  #addTable(isShown: (node: TreeNode) => boolean): void {
    for (const end of this.#tree.ends.filter(isShown).toSorted(COMPARISONS[this.#options.order])) {
      // The stack of an operation ends with that; where it is awaited is above.
      let parked = end;
      while (parked.row.kind === 'operation' && parked.parent) parked = parked.parent;
      const operation: Span[] =
        parked === end ? [] : [{ text: '  waits for ' }, { text: outermostOperation(end), style: 'yellow' }];
      const labels = end.end ? endText(end.end) : '';
      const [name, ...place] = rowSpans(parked.row);
      this.#lines.push([
        ...this.#numbers(end, true),
        name!,
        ...operation,
        ...(labels === '' ? [] : [{ text: `  ${labels}`, style: 'cyan' } as const]),
        ...place,
      ]);
    }
  }

  #rowLine(node: TreeNode, numbered: boolean, indent: string): Line {
    return [...this.#numbers(node, numbered), { text: indent, style: 'dim' }, ...rowSpans(node.row)];
  }

  #numbers(node: TreeNode, numbered: boolean): Span[] {
    if (!numbered) return [{ text: ' '.repeat(this.#valueWidth + SHARE_WIDTH + OLDEST_WIDTH + 2) }];
    return [
      { text: padStart(this.#valueText(node), this.#valueWidth), style: 'bold' },
      { text: padStart(shareText(node.value, this.#list.total), SHARE_WIDTH) },
      { text: `${padStart(durationText(node.oldestWaitMillis), OLDEST_WIDTH)}  ` },
    ];
  }

  #valueText({ value, standardError }: TreeNode): string {
    return valueText(value, standardError, this.#list.valueType.unit);
  }

  #restLine(rest: readonly TreeNode[]): Line {
    const value = rest.reduce((sum, { end }) => sum + (end?.value ?? 0), 0);
    const text = padStart(valueText(value, 0, this.#list.valueType.unit), this.#valueWidth);
    const share = padStart(shareText(value, this.#list.total), SHARE_WIDTH);
    const stacks = `${rest.length} more ${rest.length === 1 ? 'stack' : 'stacks'}`;
    return [{ text: `${text}${share}${padEnd('', OLDEST_WIDTH)}  in ${stacks}`, style: 'dim' }];
  }
}

/** The first call of the operation that tells something: the outermost. */
function outermostOperation(end: TreeNode): string {
  let operation = end;
  while (operation.parent?.row.kind === 'operation') operation = operation.parent;
  return operation.row.name;
}

function rowSpans({ kind, name, place }: StackRow): Span[] {
  const style = ROW_STYLE[kind];
  const text = { text: ROW_PREFIX[kind] + name, style };
  return place === '' ? [text] : [text, { text: `  ${place}`, style: 'dim' }];
}

/** `{tier=gold 60 %, tier=free 40 %}`, the most frequent first, and the span where it is one. */
function endText({ labels, value, span }: TreeEnd): string {
  const sorted = [...labels].toSorted((a, b) => b[1] - a[1]);
  const texts = sorted.slice(0, MAX_LABELS).map(([label, part]) => label + shareOfLabel(part, value));
  if (sorted.length > MAX_LABELS) texts.push(`${sorted.length - MAX_LABELS} more`);
  const trace = span ? `trace ${span.traceId}` : '';
  return [texts.length > 0 ? `{${texts.join(', ')}}` : '', trace].filter((text) => text !== '').join(' ');
}

function shareOfLabel(part: number, whole: number): string {
  const percent = Math.round(whole === 0 ? 100 : (100 * part) / whole);
  return percent === 100 ? '' : ` ${percent} %`;
}
