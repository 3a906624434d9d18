import { InvalidOptionError } from '../base/errors.ts';
import { type FileExporterConfig, type FileExporterOptions, fileExporterConfig } from './file-exporter.ts';

/** The exporters that the environment can name. */
export const EXPORTERS = ['otlp', 'console', 'file'] as const;

export type ExporterName = (typeof EXPORTERS)[number];

/** Which exporters are made where the code gives none. */
export interface ExporterChoiceOptions {
  /** Default: `['otlp']`. Empty: none. */
  readonly exporters?: readonly ExporterName[];
  /** Whether each profile sent over OTLP carries its pprof as `original_payload`. Default: false. */
  readonly originalPayload?: boolean;
  readonly fileFolder?: FileExporterOptions['folder'];
  readonly fileFormat?: FileExporterOptions['format'];
  readonly fileMaxFolderBytes?: FileExporterOptions['maxFolderBytes'];
  readonly fileMaxAgeMillis?: FileExporterOptions['maxAgeMillis'];
}

/** The same, decided. */
export interface ExporterChoice {
  readonly exporters: readonly ExporterName[];
  readonly originalPayload: boolean;
  readonly file: FileExporterConfig;
}

/** Throws an {@link InvalidOptionError}. */
export function exporterChoice(options: ExporterChoiceOptions = {}): ExporterChoice {
  const { exporters = ['otlp'], originalPayload = false } = options;
  if (!Array.isArray(exporters) || !exporters.every((name) => EXPORTERS.includes(name as ExporterName))) {
    throw new InvalidOptionError('exporters', `a list of ${EXPORTERS.join(', ')}`, exporters);
  }
  if (typeof originalPayload !== 'boolean') {
    throw new InvalidOptionError('originalPayload', 'true or false', originalPayload);
  }
  return { exporters: [...new Set(exporters)], originalPayload, file: fileExporterConfig(fileOptions(options)) };
}

function fileOptions(options: ExporterChoiceOptions): FileExporterOptions {
  return Object.fromEntries(
    Object.entries({
      folder: options.fileFolder,
      format: options.fileFormat,
      maxFolderBytes: options.fileMaxFolderBytes,
      maxAgeMillis: options.fileMaxAgeMillis,
    }).filter(([, value]) => value !== undefined),
  );
}

/**
 * What a list as in `OTEL_TRACES_EXPORTER` names: `none` anywhere in it means none at all, and names that are not known are
 * handed to `onUnknown` and left out, both as the SDK does it. The text itself where it names no exporter.
 */
export function parseExporters(text: string, onUnknown: (name: string) => void): unknown {
  const names = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  if (names.includes('none')) return [];
  const known = names.filter((name) => EXPORTERS.includes(name as ExporterName));
  if (known.length === 0) return text;
  for (const name of names) if (!known.includes(name)) onUnknown(name);
  return known;
}
