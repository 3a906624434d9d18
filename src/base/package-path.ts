import type { StackFrame } from './types.ts';

/** What a file below a `node_modules` belongs to. */
export interface PackagePath {
  /** `pg-pool`, `@fastify/error`. */
  readonly packageName: string;
  /** From the package's name on: `pg-pool/index.js`. */
  readonly path: string;
  /** What is ahead of that, up to the innermost `node_modules/`. */
  readonly folder: string;
}

/** Undefined for a file that is of no package. */
export function packagePathOf(file: string): PackagePath | undefined {
  const [, folder, path, packageName] =
    /^((?:.*[\\/])?node_modules[\\/])((@[^\\/]+[\\/][^\\/]+|[^\\/]+)[\\/].*)$/s.exec(file) ?? [];
  if (folder === undefined || path === undefined || packageName === undefined) return undefined;
  return { folder, path: slashed(path), packageName: slashed(packageName) };
}

/** The package that a frame belongs to, `node` for Node's own; undefined for the application. */
export function ownerOf({ file, packageName }: StackFrame): string | undefined {
  if (file === '' || file.startsWith('node:')) return 'node';
  return packageName ?? packagePathOf(file)?.packageName;
}

/** Where a frame is, for people: a file of a package from the package's name on, one of the application with its folder. */
export function shortPlaceOf({ file, line }: StackFrame): string {
  if (file === '') return '';
  const short =
    packagePathOf(file)?.path ?? (file.startsWith('node:') ? file : slashed(file).split('/').slice(-2).join('/'));
  return line > 0 ? `${short}:${line}` : short;
}

/** With the separators of URLs. */
export function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
