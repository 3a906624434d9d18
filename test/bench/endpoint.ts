import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { withTaskLabels } from '../../src/base/task-labels.ts';
import { debugHandlerConfig } from '../../src/config/debug-endpoint.ts';
import { ANSWERS } from '../../src/debug/answers.ts';
import { collectTasks } from '../../src/debug/collect.ts';
import { encodeAnswer } from '../../src/debug/encode-answer.ts';
import { parseQuery } from '../../src/debug/query.ts';
import { TaskProfiler } from '../../src/profiler.ts';
import { median, nextTurn, stretchesOf, sumOf } from './measure.ts';
import type { Report } from './report.ts';

const LIVE_TASKS = 100_000;
const ROUNDS = 21;
const DEPTH = 12;
const TENANTS = 10;
const LIMIT_TEXT_MILLIS = 20;
const LIMIT_STRETCH_MILLIS = 2;
const QUERIES = ['debug=1', 'debug=2', 'format=json', 'format=folded', 'format=otlp', 'format=otlp-json', ''];
/** The others than text are made at once but for their encoding in steps, where there is one. */
const TEXTS = ['debug=1', 'debug=2'];

/** Captures are rare with it, as under load. */
const WALKED = { sampling: 1, overheadBudget: 0.000_01 } as const;

const releases: (() => void)[] = [];

async function acquire(): Promise<void> {
  await new Promise<void>((resolve) => releases.push(resolve));
}

/** By the bits of `path` the stack of each task is one of 4,096. */
async function left(path: number, depth: number): Promise<void> {
  await (depth === 0 ? acquire() : next(path, depth - 1));
}

async function right(path: number, depth: number): Promise<void> {
  await (depth === 0 ? acquire() : next(path, depth - 1));
}

function next(path: number, depth: number): Promise<void> {
  return (path >> depth) & 1 ? left(path, depth) : right(path, depth);
}

/**
 * What an answer of the debug endpoint takes on the main thread: 1,024 of 100,000 live tasks, nearly each with a stack of its own. The
 * snapshot behind it is measured by `pause`.
 */
export async function endpoint(report: Report): Promise<void> {
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  const profiler = new TaskProfiler(WALKED);
  profiler.start();
  for (let i = 0; i < LIVE_TASKS; i++) {
    void withTaskLabels({ tenant: `tenant-${i % TENANTS}` }, () => next(i, DEPTH));
    if (i % 1_000 === 999) await nextTurn();
  }
  report.section(`Answers of the debug endpoint (endpoint): 1,024 of ${LIVE_TASKS.toLocaleString('en')} live tasks`);
  for (const query of QUERIES) await measure(report, profiler, query);
  profiler.stop();
  for (const release of releases.splice(0)) release();
  context.disable();
  manager.disable();
}

async function measure(report: Report, profiler: TaskProfiler, text: string): Promise<void> {
  const config = debugHandlerConfig({ resource: {} });
  const query = parseQuery(new URLSearchParams(text), config);
  const { signal } = new AbortController();
  const answer = ANSWERS[query.answer];
  const [collecting, longestCollecting, writing, longestWriting, bytes]: number[][] = [[], [], [], [], []];
  for (let round = -5; round < ROUNDS; round++) {
    let list: Awaited<ReturnType<typeof collectTasks>> | undefined;
    const whileCollecting = await stretchesOf(async () => (list = await collectTasks(profiler, query, signal)));
    // Joints of its own are looked at beside the leaves.
    if (list === undefined || list.tasks.length < 1_024) throw new Error(`${list?.tasks.length} tasks were looked at`);
    const content = { list, cpu: undefined, sampleType: query.sampleType };
    let pieces: readonly Uint8Array[] = [];
    const whileWriting = await stretchesOf(async () => {
      pieces = await encodeAnswer(answer, content, () => ({}), config.maxResponseBytes, signal);
    });
    if (round < 0) continue;
    collecting!.push(sumOf(whileCollecting));
    longestCollecting!.push(Math.max(...whileCollecting));
    writing!.push(sumOf(whileWriting));
    longestWriting!.push(Math.max(...whileWriting));
    bytes!.push(pieces.reduce((sum, piece) => sum + piece.length, 0));
  }
  const name = `?${text}`;
  report.value(`${name}, written`, writing!, 'ms');
  report.value(`${name}, longest stretch of that`, longestWriting!, 'ms');
  report.value(`${name}, the snapshot`, collecting!, 'ms');
  report.value(`${name}, longest stretch of that`, longestCollecting!, 'ms');
  report.value(
    `${name}, size`,
    bytes!.map((size) => size / 1024),
    'KiB',
  );
  if (!TEXTS.includes(text)) return;
  report.figure(name, median(writing!), LIMIT_TEXT_MILLIS, 'ms');
  report.figure(`${name}, longest stretch`, median(longestWriting!), LIMIT_STRETCH_MILLIS, 'ms');
}
