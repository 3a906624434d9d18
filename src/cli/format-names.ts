import { basename } from 'node:path';
import { UsageError } from './failure.ts';

/** Formats by the endings of file names; the first that fits counts. */
const EXTENSIONS: readonly (readonly [ending: string, format: string])[] = [
  ['.otlp.json', 'otlp-json'],
  ['.snapshot.json', 'json'],
  ['.trace.json', 'trace'],
  ['.json', 'otlp-json'],
  ['.otlp.pb', 'otlp'],
  ['.otlp', 'otlp'],
  ['.binpb', 'otlp'],
  ['.pb.gz', 'pprof'],
  ['.pprof', 'pprof'],
  ['.pb', 'pprof'],
  ['.folded', 'folded'],
  ['.collapsed', 'folded'],
  ['.txt', 'text'],
];

/** For `--help`. */
export const EXTENSIONS_TEXT =
  '.pb.gz, .pb and .pprof are pprof; .otlp.pb, .otlp and .binpb are otlp;\n  .json is otlp-json; .folded and .collapsed are folded; .txt is text';

/** The format that a file's name asks for, if it is one of `formats`. Throws a {@link UsageError} that says what to do. */
export function formatOfName<Format extends string>(path: string, formats: readonly Format[], flag: string): Format {
  const name = basename(path).toLowerCase();
  const [, named] = EXTENSIONS.find(([ending]) => name.endsWith(ending)) ?? [];
  const format = formats.find((one) => one === named);
  if (format !== undefined) return format;
  throw new UsageError(`the name "${path}" does not say which format to write; give ${flag} ${formats.join('|')}`);
}
