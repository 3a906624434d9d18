import { setImmediate as nextTurn } from 'node:timers/promises';
import { createContext, Script } from 'node:vm';
import { printable } from '../base/errors.ts';
import type { StackFrame } from '../base/types.ts';
import { frameText } from '../snapshot/snapshot-options.ts';
import { RequestError } from './request-error.ts';

const MAX_LENGTH = 500;

/** Product of all counted repetitions: V8 writes them out when it compiles, 200 ms for `(((a{50}){50}){50}){50}`. */
const MAX_REPETITIONS = 1_000;

/** Processor time that matching may take in all; the main thread is held no longer at a time, whatever the pattern is. */
const LIMIT_MILLIS = 50;

/** On a machine that has no time for this process the clock runs out before the pattern has: then once more, so often. */
const MAX_TRIES = 10;

/** Frames in one turn: 0.1 ms, and 0.2 ms for the watch over it. */
const FRAMES_PER_TURN = 256;

const MATCH = new Script('texts.map((text) => pattern.test(text))');

/** What is wrong with a regular expression that a client sent, as it goes behind "must be"; undefined where it is fine. */
export function checkPattern(source: string): string | undefined {
  if (source.length > MAX_LENGTH) return `a regular expression of at most ${MAX_LENGTH} characters`;
  const repetitions = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce(
    (product, [, least, most]) => product * Math.max(Number(least), Number(most ?? 0), 1),
    1,
  );
  if (repetitions > MAX_REPETITIONS) {
    return `a regular expression whose repetitions multiply to at most ${MAX_REPETITIONS}`;
  }
  try {
    new RegExp(source);
    return undefined;
  } catch (error) {
    const [, reason = 'it can not be read'] = /: ([^:]+)$/.exec((error as Error).message) ?? [];
    return `a regular expression (${reason})`;
  }
}

/**
 * Those of the frames whose text `functionName (file:line:column)` matches. Some patterns take years on a text (`(a+)+$`), and
 * nobody can tell which: so it runs where V8 can be made to stop it, in pieces with turns of the event loop in between.
 *
 * @throws RequestError where it takes too long
 */
export async function framesMatching(
  frames: Iterable<StackFrame>,
  source: string,
  limitMillis: number = LIMIT_MILLIS,
): Promise<ReadonlySet<StackFrame>> {
  const all = [...new Set(frames)];
  const sandbox = createContext({ pattern: new RegExp(source), texts: [] as string[] });
  const limit: Limit = { leftMillis: limitMillis, triesLeft: MAX_TRIES };
  const matching = new Set<StackFrame>();
  for (let from = 0; from < all.length;) {
    await nextTurn();
    const piece = all.slice(from, from + FRAMES_PER_TURN);
    sandbox.texts = piece.map(frameText);
    const results = runWithin(limit, sandbox);
    if (limit.leftMillis <= 0 || limit.triesLeft === 0) throw tooSlow(source, limitMillis);
    if (results === undefined) continue;
    piece.forEach((frame, i) => results[i] && matching.add(frame));
    from += piece.length;
  }
  return matching;
}

interface Limit {
  leftMillis: number;
  triesLeft: number;
}

/** Undefined where the clock ran out; what it took is taken off the limit. */
function runWithin(limit: Limit, sandbox: object): readonly boolean[] | undefined {
  const startedAt = processorMillis();
  try {
    return MATCH.runInContext(sandbox, { timeout: Math.max(1, Math.ceil(limit.leftMillis)) }) as boolean[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    limit.triesLeft--;
    return undefined;
  } finally {
    limit.leftMillis -= processorMillis() - startedAt;
  }
}

/** Of this thread; of the whole process where the runtime does not tell that. */
function processorMillis(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const { user, system } = threadCpuUsage === undefined ? process.cpuUsage() : threadCpuUsage.call(process);
  return (user + system) / 1_000;
}

function tooSlow(source: string, limitMillis: number): RequestError {
  const what = `a regular expression that takes at most ${limitMillis} ms on the frames of this process`;
  return new RequestError(400, `matching must be ${what}, got ${printable(source)}`);
}
