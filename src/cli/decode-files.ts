import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BatchBuilder } from '../analyze/batch-builder.ts';
import type { DuckDbStore } from '../analyze/duckdb-store.ts';
import type { ProfileBatch } from '../analyze/profile-batch.ts';
import type { ProfileSelection } from '../analyze/profile-selection.ts';
import type { SampleNeeds } from '../analyze/sample-needs.ts';
import { OWN_EXTENSION, OWN_FOLDER } from '../base/own-folder.ts';
import { decodeFile } from './decode-file.ts';
import { CommandError } from './failure.ts';
import type { ProfileFile } from './profile-files.ts';

const WORKER = new URL(`./cli/decode-worker${OWN_EXTENSION}`, OWN_FOLDER);

/** What a thread that reads files sends. */
export type DecodeAnswer =
  | { readonly kind: 'part'; readonly batch: ProfileBatch }
  | {
      readonly kind: 'done';
      readonly batch: ProfileBatch;
      /** What could not be read, and why. */
      readonly problems: readonly string[];
      /** Since the thread began. */
      readonly typeCounts: ReadonlyMap<string, number>;
    };

/** What is read of files. */
export interface DecodeChoice {
  readonly selection: ProfileSelection;
  /** Without it: all of the samples. */
  readonly needs?: SampleNeeds;
}

export interface DecodeProgress {
  onFiles(files: number, bytes: number): void;
  onProblem(problem: string): void;
}

const MAX_THREADS = 8;
/** What is read lives as long as a file: with a small young generation much of it would be copied. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 48 };
/** So much is read sooner than threads have started. */
const BYTES_WITHOUT_THREADS = 1024 * 1024;
/** For each turn of a thread: enough that asking costs nothing, few enough that all end at about the same time. */
const FILES_PER_TURN = 16;
const BYTES_PER_TURN = 8 * 1024 * 1024;

/** Reads files in threads, as many as there are cores, into the store. */
export async function decodeFiles(
  files: readonly ProfileFile[],
  choice: DecodeChoice,
  store: DuckDbStore,
  progress: DecodeProgress,
): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= BYTES_WITHOUT_THREADS) return decodeHere(files, choice, store, progress);
  const turns = turnsOf(files);
  const threads = Math.min(MAX_THREADS, availableParallelism(), turns.length);
  const workers = Array.from(
    { length: threads },
    () => new Worker(WORKER, { workerData: choice, resourceLimits: RESOURCE_LIMITS }),
  );
  try {
    await Promise.all(workers.map((worker) => runThread(worker, turns, store, progress)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function decodeHere(
  files: readonly ProfileFile[],
  choice: DecodeChoice,
  store: DuckDbStore,
  progress: DecodeProgress,
): Promise<void> {
  const builder = new BatchBuilder(choice.selection, choice.needs);
  for (const file of files) {
    const problem = await decodeFile(file, builder, () => store.add(builder.take()));
    if (problem !== undefined) progress.onProblem(problem);
    progress.onFiles(1, file.bytes);
  }
  store.add(builder.take());
  store.countTypes(builder.typeCounts);
}

/** The largest first: one that comes last would be waited for by all. */
function turnsOf(files: readonly ProfileFile[]): ProfileFile[][] {
  const turns: ProfileFile[][] = [];
  let bytes = Infinity;
  for (const file of files.toSorted((a, b) => b.bytes - a.bytes)) {
    if (bytes + file.bytes > BYTES_PER_TURN || turns.at(-1)!.length === FILES_PER_TURN) {
      turns.push([]);
      bytes = 0;
    }
    turns.at(-1)!.push(file);
    bytes += file.bytes;
  }
  return turns.reverse();
}

/** Gives a thread files until there are no more. */
function runThread(
  worker: Worker,
  turns: ProfileFile[][],
  store: DuckDbStore,
  progress: DecodeProgress,
): Promise<void> {
  let turn: ProfileFile[] = [];
  const next = (): boolean => {
    turn = turns.pop() ?? [];
    if (turn.length > 0) worker.postMessage(turn);
    return turn.length > 0;
  };
  return new Promise((resolve, reject) => {
    const take = (answer: DecodeAnswer): void => {
      store.add(answer.batch);
      if (answer.kind === 'part') return;
      for (const problem of answer.problems) progress.onProblem(problem);
      progress.onFiles(
        turn.length,
        turn.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      if (next()) return;
      store.countTypes(answer.typeCounts);
      resolve();
    };
    worker.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory(turn, error) : error),
    );
    worker.on('message', (answer: DecodeAnswer) => {
      try {
        take(answer);
      } catch (thrown) {
        reject(thrown);
        worker.removeAllListeners('message');
      }
    });
    next();
  });
}

function outOfMemory(turn: readonly ProfileFile[], cause: Error): CommandError {
  const [{ path }] = turn as [ProfileFile];
  const where = turn.length === 1 ? path : `${path} or one of ${turn.length - 1} files read with it`;
  return new CommandError(`${where}: reading it takes more memory than there is`, { cause });
}
