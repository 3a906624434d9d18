import { once } from 'node:events';
import { toError } from '../base/errors.ts';
import { TooMuchError } from '../viewer/limits.ts';
import type { Store } from '../viewer/store.ts';
import { startViewer, type Viewer, type ViewerOptions } from '../viewer/viewer.ts';
import { CommandError } from './failure.ts';
import { readInput } from './read-input.ts';
import { readTelemetry, type ReadTelemetry } from './read-telemetry.ts';

export interface ViewOptions extends Omit<ViewerOptions, 'maxAgeMillis'> {
  /** undefined: the default for what is received, none for files. */
  readonly maxAgeMillis: number | undefined;
}

/** `taskprof view [FILE...]`: until it is interrupted. */
export async function view(files: readonly string[], { maxAgeMillis, ...options }: ViewOptions): Promise<void> {
  // Before it listens: what is wrong with a file ends the command.
  const contents = await readAll(files);
  const age = maxAgeMillis ?? (files.length > 0 ? Infinity : undefined);
  const viewer = await start({ ...options, ...(age !== undefined && { maxAgeMillis: age }) });
  try {
    contents.forEach((content, index) => addFile(viewer.store, content, files[index]!));
    // Ahead of the text: whoever reads that may interrupt at once.
    const interrupted = interruption();
    process.stdout.write(startText(viewer));
    await interrupted;
  } finally {
    await viewer.stop();
  }
}

async function readAll(files: readonly string[]): Promise<ReadTelemetry[]> {
  const contents: ReadTelemetry[] = [];
  for (const file of files) {
    const content = readTelemetry(await readInput(file), file);
    if (content.profiles.length === 0 && content.spans.length === 0) {
      throw new CommandError(`${file}: there is neither a profile nor a span in it`);
    }
    contents.push(content);
  }
  return contents;
}

/** Message by message, as they were sent: what one may add to the store is limited. */
function addFile(store: Store, { profiles, spans }: ReadTelemetry, file: string): void {
  try {
    for (const message of profiles) store.addProfiles([message]);
    for (const message of spans) store.addSpans([message]);
  } catch (thrown) {
    if (thrown instanceof TooMuchError) throw new CommandError(`${file}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

async function start(options: ViewerOptions): Promise<Viewer> {
  try {
    return await startViewer(options);
  } catch (thrown) {
    throw new CommandError(startProblem(toError(thrown), options), { cause: thrown });
  }
}

function startProblem(error: NodeJS.ErrnoException, { file }: ViewerOptions): string {
  if (error.name === 'StoreFileError') return `${file ?? ''}: ${error.message}`;
  if (error.name === 'NoSqliteError') return error.message;
  // gRPC tells it only in words.
  if (`${error.code ?? ''} ${error.message}`.includes('EADDRINUSE')) {
    return `a port is in use already (${error.message}); --port and --grpc-port take others, 0 is a free one`;
  }
  return `it can not listen: ${error.message}`;
}

function startText({ url, grpcUrl, grpcProblem }: Viewer): string {
  return [
    `Page: ${url}/`,
    `Receives OTLP traces and profiles: ${url} (http/protobuf, http/json)${grpcUrl === undefined ? '' : `, ${grpcUrl} (grpc)`}`,
    ...(grpcProblem === undefined ? [] : [`Not over gRPC: ${grpcProblem}`]),
    'Ctrl-C ends.',
    '',
  ].join('\n');
}

async function interruption(): Promise<void> {
  const ended = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  await Promise.race(signals.map((signal) => once(process, signal, { signal: ended.signal }).catch(() => undefined)));
  ended.abort();
}
