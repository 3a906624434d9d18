import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What of src runs inside the application; the command, the viewer and what is only loaded by them do not. */
const STAGES = [
  ...['base', 'capture', 'config', 'cpu', 'debug', 'encode', 'export', 'follow', 'frames', 'metrics', 'profile'],
  ...['resources', 'sdk', 'snapshot', 'timeline', 'triggers', 'workers'],
];

/** Of these what only the command and the viewer load. */
const ELSEWHERE =
  /^(encode\/((lazy|text)-table|wire-cursor|otlp-(frames|parts|quick-[a-z]+|traces-import))|profile\/sample-columns)\.ts$/;

/** What does what Node.js does in its place, and nothing else: the watch is in what it calls. */
const NODES_OWN = /^cpu\/context-storage\.ts:\d+ run$/;

/** What catches all others. */
const NET = 'base/faults.ts';

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));

/** A function of the source, by where it stands: `capture/park-engine.ts:147 settle`. */
export interface FaultPoint {
  readonly id: number;
  readonly name: string;
}

/** Each function of the source that has a body, and the source with a call of `faultAt(id)` at the begin of each. */
export class FaultPoints {
  readonly points: readonly FaultPoint[];
  /** By the absolute paths of the files. */
  readonly sources: ReadonlyMap<string, string>;

  constructor() {
    const points: FaultPoint[] = [];
    this.sources = new Map(runningFiles().map((file) => [file, instrument(file, points)]));
    this.points = points;
  }
}

function runningFiles(): string[] {
  const own = readdirSync(SRC).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
  const staged = STAGES.flatMap((stage) => readdirSync(join(SRC, stage)).map((name) => join(stage, name)));
  const isRunning = (name: string): boolean => name.endsWith('.ts') && name !== NET && !ELSEWHERE.test(name);
  return [...own, ...staged].filter(isRunning).map((name) => join(SRC, name));
}

/** Changes no line: stacks stay what they are. */
function instrument(file: string, points: FaultPoint[]): string {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const insertions: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) insert(node, node.body);
    ts.forEachChild(node, visit);
  };
  const insert = (node: ts.SignatureDeclaration, body: ts.Node): void => {
    const net = netIn(body);
    // What it hands to that are functions, with points of their own.
    if (net?.catches === 'work') return;
    const id = points.length;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    const name = `${relative(SRC, file)}:${line + 1} ${nameOf(node)}`;
    if (NODES_OWN.test(name)) return;
    points.push({ id, name });
    const start = startOf(body);
    if (net) insertions.push({ at: net.firstStep, text: ` () => faultAt(${id}),` });
    else if (ts.isBlock(body)) insertions.push({ at: start + 1, text: ` faultAt(${id});` });
    else insertions.push({ at: start, text: `(faultAt(${id}), ` }, { at: body.getEnd(), text: ')' });
  };
  visit(source);
  let [result, done] = ['', 0];
  for (const { at, text: inserted } of insertions.sort((one, other) => one.at - other.at)) {
    result += text.slice(done, at) + inserted;
    done = at;
  }
  return result + text.slice(done);
}

/** A function that catches fails where it catches: what stands ahead of that is for the eye to check. */
function startOf(body: ts.Node): number {
  const caught = ts.isBlock(body) && body.statements.find((one) => ts.isTryStatement(one) && one.catchClause);
  return caught ? (caught as ts.TryStatement).tryBlock.getStart() : body.getStart();
}

type Net = { readonly catches: 'work' } | { readonly catches: 'steps'; readonly firstStep: number };

/** The call of what catches all others by which a function does its work: it fails in the work, or in the first of its steps. */
function netIn(body: ts.Node): Net | undefined {
  for (const statement of ts.isBlock(body) ? body.statements : [body]) {
    const inner =
      ts.isExpressionStatement(statement) || ts.isReturnStatement(statement) ? statement.expression : statement;
    const call = inner && ts.isAwaitExpression(inner) ? inner.expression : inner;
    if (!call || !ts.isCallExpression(call)) continue;
    const name = call.expression.getText();
    if (name === 'settled') return { catches: 'work' };
    const steps = name === 'takeAll' ? call.arguments[1] : undefined;
    if (steps && ts.isArrayLiteralExpression(steps)) return { catches: 'steps', firstStep: steps.getStart() + 1 };
  }
  return undefined;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return `new ${node.parent.name?.text ?? ''}`;
  if (node.name) return node.name.getText();
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return ts.isCallExpression(parent) ? `in ${parent.expression.getText()}()` : '(anonymous)';
}
