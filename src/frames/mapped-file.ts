import { fileURLToPath, pathToFileURL } from 'node:url';
import { findSourceMap } from 'node:module';
import { toError } from '../base/errors.ts';
import { GeneratedCode } from './generated-code.ts';
import { OriginalNames } from './original-name.ts';
import { SourceMap } from './source-map.ts';
import { dataUrlText, sourceMapUrl } from './source-map-url.ts';

/** A generated file with its source map. */
export interface MappedFile {
  readonly map: SourceMap;
  /** Where the map has names. */
  readonly names?: OriginalNames;
}

/** What loading needs next: the content of a file, or a pause. */
export type LoadStep = { readonly path: string } | 'pause';

/** One that takes this long at once is parsed in one go: 2 to 3 ms for each MB. */
export const MAX_BYTES = 64 * 1024 * 1024;

/** Where source maps are looked for. */
export interface MapSources {
  /** Among those that Node has read, because the process runs with its support for source maps. */
  readonly node: boolean;
  /** Beside or in the generated files. */
  readonly files: boolean;
}

/**
 * Loads the source map of a file that V8 has named; whoever drives it reads the files. Gives undefined where there is no map.
 *
 * @throws Error where the file names one that can't be had, or it is broken
 */
export function* loadMappedFile(
  file: string,
  { node, files }: MapSources,
  isTime: () => boolean,
): Generator<LoadStep, MappedFile | undefined, Buffer | undefined> {
  const url = file.startsWith('file:') ? file : pathToFileURL(file).href;
  const path = fileURLToPath(url);
  const ofNode = node ? findSourceMap(file)?.payload : undefined;
  if (ofNode === undefined && !files) return undefined;
  let code = '';
  let map: SourceMap | undefined;
  if (ofNode === undefined) {
    code = textOf(yield { path });
    map = yield* readMap(code, url, path);
    if (map === undefined) return undefined;
  } else {
    map = new SourceMap(ofNode, url);
    // What a loader has compiled in memory is not on the disk; then there are no names.
    if (map.hasNames) code = yield* readIfThere(path);
  }
  while (!map.prepare(isTime)) yield 'pause';
  return code !== '' && map.hasNames ? { map, names: new OriginalNames(new GeneratedCode(code), map) } : { map };
}

function* readMap(
  code: string,
  url: string,
  path: string,
): Generator<LoadStep, SourceMap | undefined, Buffer | undefined> {
  const named = sourceMapUrl(code);
  // Some builds keep maps beside the code without naming them there.
  if (named === undefined) {
    const beside = isOfPackage(path) ? '' : yield* readIfThere(`${path}.map`);
    return beside === '' ? undefined : parsed(beside, `${url}.map`);
  }
  const inline = dataUrlText(named);
  if (inline !== undefined) return parsed(inline, url);
  const mapUrl = new URL(named, url);
  if (mapUrl.protocol !== 'file:') throw new Error(`${mapUrl.href} is not on this machine's disk`);
  return parsed(textOf(yield { path: fileURLToPath(mapUrl) }), mapUrl.href);
}

function* readIfThere(path: string): Generator<LoadStep, string, Buffer | undefined> {
  try {
    return textOf(yield { path });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function parsed(text: string, url: string): SourceMap {
  try {
    // A server may have put a line ahead, so that the map is no script.
    return new SourceMap(JSON.parse(text.replace(/^\)\]\}'?[^\n]*\n/, '')), url);
  } catch (error) {
    throw new Error(`${url.startsWith('file:') ? fileURLToPath(url) : url}: ${toError(error).message}`);
  }
}

function textOf(content: Buffer | undefined): string {
  return content?.toString() ?? '';
}

/** Whether a path is below a `node_modules`. */
export function isOfPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}
