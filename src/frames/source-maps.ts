import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { diag } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import { runAsOwn } from '../base/own-context.ts';
import type { CodeFrame } from '../base/types.ts';
import { isOfPackage, type LoadStep, loadMappedFile, type MappedFile, MAX_BYTES } from './mapped-file.ts';
import { originalFrame } from './original-frame.ts';

/** Bytes of files that are read at once where nobody can wait: 2 to 5 ms. */
const AT_ONCE_BYTES = 1024 * 1024;

/** Stretch on the main thread after which the application has its turn. */
const SLICE_MILLIS = 1;

type Loading = Generator<LoadStep, MappedFile | undefined, Buffer | undefined>;

/** The source maps of the files that frames are in, each loaded once, when the first frame of its file is looked at. */
export class SourceMaps {
  readonly #mode: boolean | 'auto';
  readonly #files = new Map<string, MappedFile | undefined>();
  readonly #underWay = new Map<string, Promise<void>>();

  /** `'auto'`: only where Node reads source maps as well. `false`: never. */
  constructor(mode: boolean | 'auto') {
    this.#mode = mode;
  }

  /** Whether nothing has to be loaded for frames of this file: it is, or there is nothing. */
  knows(file: string): boolean {
    return this.#files.has(file) || !this.#isWanted(file);
  }

  /** The frame by its source, where the map of its file is loaded. */
  original(frame: CodeFrame): CodeFrame {
    const file = this.#files.get(frame.file);
    return file === undefined ? frame : originalFrame(frame, file);
  }

  /** Loads what is not known of these, between turns of the event loop. Never rejects. */
  async load(files: Iterable<string>): Promise<void> {
    for (const file of files) {
      if (this.knows(file)) continue;
      let loading = this.#underWay.get(file);
      if (loading === undefined) this.#underWay.set(file, (loading = runAsOwn(() => this.#load(file))));
      await loading;
    }
  }

  /** Loads at once what is small; false for the rest, which is loaded soon. */
  loadNow(file: string): boolean {
    if (this.knows(file)) return true;
    if (this.#underWay.has(file)) return false;
    const loading = this.#begin(file, () => false);
    try {
      let step = loading.next();
      for (let left = AT_ONCE_BYTES; step.done !== true;) {
        const content = readNow(step.value, left);
        if (content === 'too large') {
          void this.load([file]);
          return false;
        }
        left -= content instanceof Buffer ? content.length : 0;
        step = content instanceof Buffer ? loading.next(content) : loading.throw(content);
      }
      this.#files.set(file, step.value);
    } catch (error) {
      this.#fail(file, error);
    }
    return true;
  }

  async #load(file: string): Promise<void> {
    let deadline = 0;
    const loading = this.#begin(file, () => nowMillis() >= deadline);
    try {
      await nextTurn();
      deadline = nowMillis() + SLICE_MILLIS;
      let step = loading.next();
      while (step.done !== true) {
        const content = await (step.value === 'pause' ? nextTurn(undefined) : contentOf(step.value.path));
        deadline = nowMillis() + SLICE_MILLIS;
        step = content instanceof Error ? loading.throw(content) : loading.next(content);
      }
      this.#files.set(file, step.value);
    } catch (error) {
      this.#fail(file, error);
    } finally {
      this.#underWay.delete(file);
    }
  }

  #begin(file: string, isTime: () => boolean): Loading {
    const node = this.#mode !== false && isReadByNode();
    return loadMappedFile(file, { node, files: this.#mode === true }, isTime);
  }

  #isWanted(file: string): boolean {
    if (this.#mode === false || (this.#mode === 'auto' && !isReadByNode())) return false;
    return file.startsWith('file:') || file.startsWith('/') || /^[a-z]:[\\/]/i.test(file);
  }

  /** Frames of it stay as they are. Said once; packages often leave out the maps that they name. */
  #fail(file: string, error: unknown): void {
    this.#files.set(file, undefined);
    const message = `otel-taskprof: frames of ${file} are shown without its source map: ${toError(error).message}`;
    if (isOfPackage(file)) diag.debug(message);
    else diag.warn(message);
  }
}

function isReadByNode(): boolean {
  return (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true;
}

async function contentOf(path: string): Promise<Buffer | Error> {
  try {
    const { size } = await stat(path);
    return size > MAX_BYTES ? tooLarge(path) : await readFile(path);
  } catch (error) {
    return toError(error);
  }
}

function readNow(step: LoadStep, left: number): Buffer | Error | 'too large' {
  if (step === 'pause') return Buffer.alloc(0);
  try {
    return statSync(step.path).size > left ? 'too large' : readFileSync(step.path);
  } catch (error) {
    return toError(error);
  }
}

function tooLarge(path: string): Error {
  return new Error(`${path} is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
}
