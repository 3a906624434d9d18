import { resolve } from 'node:path';
import { InvalidOptionError } from '../base/errors.ts';

/** What files can be written as. */
export const FILE_FORMATS = ['pprof', 'otlp-protobuf', 'otlp-json'] as const;

export type FileFormatName = (typeof FILE_FORMATS)[number];

/** Where and how profiles are written to files. */
export interface FileExporterOptions {
  /** Made where it is not there, with the folders above it. Default: `taskprof-profiles` in the working directory. */
  readonly folder?: string;
  /** `pprof`: one gzip-ed pprof for each measure. `otlp-protobuf`, `otlp-json`: one `ProfilesData` message. Default: `pprof`. */
  readonly format?: FileFormatName;
  /**
   * Most bytes that the files of this package take in the folder; the oldest go first, and an export that is larger by itself
   * is dropped. Default: 104,857,600 (100 MiB).
   */
  readonly maxFolderBytes?: number;
  /** Milliseconds that a file is kept, or Infinity. Default: 604,800,000 (7 days). */
  readonly maxAgeMillis?: number;
}

/** All of them, decided; `folder` is absolute. */
export type FileExporterConfig = Readonly<Required<FileExporterOptions>>;

const DEFAULTS = {
  folder: 'taskprof-profiles',
  format: 'pprof',
  maxFolderBytes: 100 * 1024 * 1024,
  maxAgeMillis: 7 * 24 * 60 * 60 * 1000,
} as const;

/** Throws an {@link InvalidOptionError}. */
export function fileExporterConfig(options: FileExporterOptions = {}): FileExporterConfig {
  const { folder, format, maxFolderBytes, maxAgeMillis } = options;
  if (folder !== undefined && (typeof folder !== 'string' || folder === '' || folder.includes('\0'))) {
    throw new InvalidOptionError('folder', 'the path of a folder', folder);
  }
  if (format !== undefined && !FILE_FORMATS.includes(format)) {
    throw new InvalidOptionError('format', `one of ${FILE_FORMATS.join(', ')}`, format);
  }
  checkPositive('maxFolderBytes', 'a number of bytes greater than 0', maxFolderBytes);
  checkPositive('maxAgeMillis', 'a number of milliseconds greater than 0, or Infinity', maxAgeMillis);
  return {
    folder: resolve(folder ?? DEFAULTS.folder),
    format: format ?? DEFAULTS.format,
    maxFolderBytes: maxFolderBytes ?? DEFAULTS.maxFolderBytes,
    maxAgeMillis: maxAgeMillis ?? DEFAULTS.maxAgeMillis,
  };
}

function checkPositive(option: string, requirement: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value > 0)) return;
  throw new InvalidOptionError(option, requirement, value);
}
