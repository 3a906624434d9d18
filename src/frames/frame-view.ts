import { extname } from 'node:path';
import { basename } from 'node:path/posix';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Anonymizer } from '../base/anonymizer.ts';
import { nowMillis } from '../base/clock.ts';
import { TaskLabels } from '../base/task-labels.ts';
import type { CodeFrame, StackFrame } from '../base/types.ts';
import type { AnonymizeConfig } from '../config/anonymize.ts';
import { findApplicationRoot, realPath } from './application-root.ts';
import { foldInternals } from './fold-internals.ts';
import { type FramePlace, FramePlaces } from './frame-place.ts';
import type { SourceMaps } from './source-maps.ts';
import type { ShownStack, StackView } from './stack-view.ts';

/** What of the profiler's options says how frames and labels are shown. */
export interface FrameViewConfig {
  readonly foldInternals: boolean;
  readonly applicationRoot: string | boolean;
  readonly anonymize: AnonymizeConfig;
}

/** Stretch on the main thread after which the application has its turn. */
const SLICE_MILLIS = 1;

const ANONYMOUS = '<anonymous>';

/**
 * Frames as people read them: by their sources, with short paths, named. Each frame of V8 is looked at once; one whose source map is
 * not there yet, again the next time.
 */
export class FrameView implements StackView {
  readonly #sourceMaps: SourceMaps;
  readonly #places: FramePlaces;
  readonly #folds: boolean;
  readonly #anonymize: AnonymizeConfig;
  readonly #anonymizer: Anonymizer;
  readonly #shown = new WeakMap<CodeFrame, StackFrame>();
  readonly #frames = new Map<string, StackFrame>();

  constructor({ foldInternals: folds, applicationRoot, anonymize }: FrameViewConfig, sourceMaps: SourceMaps) {
    this.#sourceMaps = sourceMaps;
    this.#places = new FramePlaces(rootOf(applicationRoot));
    this.#folds = folds;
    this.#anonymize = anonymize;
    this.#anonymizer = new Anonymizer(anonymize.key);
    // Not at the first hash: workers would start before, without the key.
    if (anonymize.paths || anonymize.labels.length > 0) this.#anonymizer.prepare();
  }

  stack(frames: readonly CodeFrame[], pivot: number): ShownStack {
    const shown = frames.map((frame) => this.frame(frame));
    return this.#folds ? foldInternals(shown, pivot) : { frames: shown, pivot };
  }

  async prepare(frames: Iterable<CodeFrame>): Promise<void> {
    const files = new Set<string>();
    for (const frame of frames) if (!this.#shown.has(frame)) files.add(frame.file);
    await this.#sourceMaps.load(files);
    let deadline = nowMillis() + SLICE_MILLIS;
    for (const frame of frames) {
      if (this.#shown.has(frame)) continue;
      this.frame(frame);
      if (nowMillis() < deadline) continue;
      await nextTurn();
      deadline = nowMillis() + SLICE_MILLIS;
    }
  }

  /** One frame. Some 10 us for one that was not asked for before. */
  frame(frame: CodeFrame): StackFrame {
    let shown = this.#shown.get(frame);
    if (shown !== undefined) return shown;
    const isKnown = this.#sourceMaps.knows(frame.file) || this.#sourceMaps.loadNow(frame.file);
    shown = this.#interned(this.#show(frame));
    if (isKnown) this.#shown.set(frame, shown);
    return shown;
  }

  labels(labels: TaskLabels): TaskLabels {
    const { labels: names } = this.#anonymize;
    if (!names.some((name) => Object.hasOwn(labels.values, name))) return labels;
    const entries = labels.entries.map(([name, value]) =>
      names.includes(name) ? ([name, this.labelText(name, String(value))] as const) : ([name, value] as const),
    );
    return new TaskLabels(entries, labels.cut);
  }

  labelText(name: string, text: string): string {
    return this.#anonymize.labels.includes(name) ? this.#anonymizer.hash(`label ${name}`, text) : text;
  }

  #show(frame: CodeFrame): StackFrame {
    const original = this.#sourceMaps.original(frame);
    const place = this.#placeOf(original.file);
    const { line, column } = original;
    return Object.freeze({ functionName: nameOf(original, frame, place.file), ...place, line, column });
  }

  #placeOf(file: string): FramePlace {
    const place = this.#places.of(file);
    if (!this.#anonymize.paths || file === '' || file.startsWith('node:')) return place;
    return { file: this.#anonymizer.hash('path', place.file) + extname(place.file) };
  }

  #interned(frame: StackFrame): StackFrame {
    const { functionName, file, line, column, packageVersion } = frame;
    const key = `${functionName}\0${file}\0${line}:${column}\0${packageVersion}`;
    const known = this.#frames.get(key);
    if (known === undefined) this.#frames.set(key, frame);
    return known ?? frame;
  }
}

/**
 * Functions without a name get that of their file and the line where they begin, so that those of one name are told apart where only
 * names are shown; the code of a module is called after the module.
 */
function nameOf({ functionName, functionLine = 0, line }: CodeFrame, generated: CodeFrame, file: string): string {
  if (file === '' || !functionName.includes(ANONYMOUS)) return functionName;
  if (functionName === ANONYMOUS && generated.functionLine === 1 && generated.functionColumn === 1) {
    return `(module) ${basename(file)}`;
  }
  return functionName.replace(ANONYMOUS, `(anonymous) ${basename(file)}:${functionLine || line}`);
}

function rootOf(applicationRoot: string | boolean): string | undefined {
  if (applicationRoot === false) return undefined;
  return realPath(applicationRoot === true ? findApplicationRoot() : applicationRoot);
}
