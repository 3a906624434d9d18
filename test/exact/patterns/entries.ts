import type { Pattern } from '../../support/patterns.ts';

const TASK = `
async function leaf(a, b) {
  await a;
  await b;
}
async function outer(a, b) { await leaf(a, b); }`;

const parked = [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await a' }] as const;
const resumed = [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await b' }] as const;

/** Where a task can begin: `begin` runs `outer` in some turn of the event loop. */
function entry(name: string, begin: string, helpers = ''): Pattern {
  const source = `${TASK}${helpers}
function start(a, b, { arrived }) {
  const run = () => { arrived(); outer(a, b); };
  ${begin};
}`;
  return { name, source, parked, atOnce: 'none', resumed };
}

export const entries: readonly Pattern[] = [
  entry('a task started in a timer', 'setTimeout(run, 1)'),
  entry('a task started in an interval', 'const timer = setInterval(() => { clearInterval(timer); run(); }, 1)'),
  entry('a task started in setImmediate', 'setImmediate(run)'),
  entry('a task started in process.nextTick', 'process.nextTick(run)'),
  entry('a task started in queueMicrotask', 'queueMicrotask(run)'),
  entry('a task started in a reaction', 'Promise.resolve().then(run)'),
  entry(
    'a task started in an I/O callback',
    'stat(process.execPath, run)',
    "\nconst { stat } = process.getBuiltinModule('node:fs');",
  ),
  entry(
    'a task started in a message event',
    'const { port1, port2 } = new MessageChannel(); port1.once("message", () => { port1.close(); run(); }); port2.postMessage(1)',
  ),
  entry(
    'a task started in an event listener of a later turn',
    'const emitter = new EventEmitter(); emitter.on("begin", run); setImmediate(() => emitter.emit("begin"))',
    "\nconst { EventEmitter } = process.getBuiltinModule('node:events');",
  ),
  entry(
    'a task started in a nextTick in a microtask in a timer',
    'setTimeout(() => queueMicrotask(() => process.nextTick(run)), 1)',
  ),
  {
    name: 'a task started in an executor of new Promise',
    source: `${TASK}
const start = (a, b) => new Promise((resolve) => { outer(a, b).then(resolve); });`,
    parked,
    resumed,
  },
  {
    name: 'a task started in the callback of an array method',
    source: `${TASK}
const start = (a, b) => [1, 2, 3].forEach(() => void outer(a, b));`,
    parked: [{ ...parked[0], tasks: 3 }],
    resumed: [{ ...resumed[0], tasks: 3 }],
  },
  {
    name: 'a task started in a synchronous generator and in a constructor',
    source: `${TASK}
class Runner { constructor(a, b) { this.done = outer(a, b); } }
function* runs(a, b) { yield new Runner(a, b); }
const start = (a, b) => [...runs(a, b)];`,
    parked,
    resumed,
  },
  {
    name: 'tasks that a task starts one after the other',
    source: `${TASK}
async function spawner(a, b) {
  for (let i = 0; i < 3; i++) {
    outer(a, b);
    await i;
  }
}
const start = (a, b) => spawner(a, b);`,
    atOnce: [
      { ...parked[0], tasks: 1 },
      { at: 'spawner', tasks: 1, operation: [], callers: ['start'], line: 'await i' },
    ],
    parked: [{ ...parked[0], tasks: 3 }],
    resumed: [{ ...resumed[0], tasks: 3 }],
  },
];
