import { parentPort, workerData } from 'node:worker_threads';
import { BatchBuilder } from '../analyze/batch-builder.ts';
import type { DecodeAnswer, DecodeChoice } from './decode-files.ts';
import { decodeFile } from './decode-file.ts';
import type { ProfileFile } from './profile-files.ts';

// A thread that reads files: gets their names, sends batches.

const port = parentPort!;
const { selection, needs } = workerData as DecodeChoice;
const builder = new BatchBuilder(selection, needs);

port.on('message', (files: readonly ProfileFile[]) => void decode(files));

async function decode(files: readonly ProfileFile[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) {
    const problem = await decodeFile(file, builder, () => send({ kind: 'part', batch: builder.take() }));
    if (problem !== undefined) problems.push(problem);
  }
  send({ kind: 'done', batch: builder.take(), problems, typeCounts: builder.typeCounts });
}

function send(answer: DecodeAnswer): void {
  const { stackFrames, samples } = answer.batch;
  const columns = [...Object.values(stackFrames), ...Object.values(samples)];
  port.postMessage(
    answer,
    columns.map(({ buffer }) => buffer),
  );
}
