import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagePathOf, slashed } from '../base/package-path.ts';

/** Where a frame's file is, as it is shown. */
export interface FramePlace {
  readonly file: string;
  readonly packageName?: string;
  readonly packageVersion?: string;
}

/** Shortens paths, so that they are the same wherever the application is deployed. */
export class FramePlaces {
  readonly #root: string | undefined;
  readonly #places = new Map<string, FramePlace>();
  readonly #versions = new Map<string, string | undefined>();

  /** `root`: what the application's paths are relative to; with undefined they stay as they are. */
  constructor(root: string | undefined) {
    this.#root = root;
  }

  /** `file`: a path or URL, as V8 or a source map has it. */
  of(file: string): FramePlace {
    let place = this.#places.get(file);
    if (place === undefined) this.#places.set(file, (place = this.#find(file)));
    return place;
  }

  #find(file: string): FramePlace {
    if (file === '' || file.startsWith('node:')) return { file };
    const path = plainPath(file);
    const ofPackage = packagePathOf(path);
    if (ofPackage !== undefined) {
      const { packageName, folder } = ofPackage;
      const packageVersion = this.#versionIn(join(this.#absolute(folder), packageName));
      const shown = this.#root === undefined ? file : `node_modules/${ofPackage.path}`;
      return { file: shown, packageName, ...(packageVersion !== undefined && { packageVersion }) };
    }
    return { file: this.#root === undefined ? file : relativeTo(this.#root, path) };
  }

  /** Of a folder in `node_modules`. Node itself has read its package.json when it looked for the module; 50 us. */
  #versionIn(folder: string): string | undefined {
    if (this.#versions.has(folder)) return this.#versions.get(folder);
    const version = readVersion(join(folder, 'package.json'));
    this.#versions.set(folder, version);
    return version;
  }

  /** Bundlers have paths that are relative to where they ran. */
  #absolute(folder: string): string {
    return join(folder.startsWith('.') || folder.startsWith('node_modules') ? (this.#root ?? '') : '', folder);
  }
}

/** The path behind a `file:` URL, and behind those of bundlers: `webpack://shop/./src/a.ts?1f3a` is `src/a.ts`. */
function plainPath(file: string): string {
  try {
    if (file.startsWith('file:')) return fileURLToPath(file);
  } catch {
    return file;
  }
  const [, path] = /^(?:webpack|turbopack|rspack):\/\/[^/]*\/(?:\.\/)*([^?]*)/.exec(file) ?? [];
  return path ?? file;
}

/**
 * What is beside the root is shown by `..`, as the packages of a workspace are; what has nothing in common with it by its whole
 * path.
 */
function relativeTo(root: string, path: string): string {
  if (!/^(?:[\\/]|[a-z]:[\\/])/i.test(path)) return slashed(path);
  const first = (text: string): string | undefined =>
    slashed(text)
      .split('/')
      .find((part) => part !== '');
  return slashed(first(root) === first(path) ? relative(root, path) : path);
}

function readVersion(path: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
