import { type FileExporterConfig, type FileExporterOptions, fileExporterConfig } from '../config/file-exporter.ts';
import type { ProfilesData } from '../profile/model.ts';
import { fileName, FORMATS } from './profile-files.ts';
import { ProfileFolder } from './profile-folder.ts';
import { QueuedExporter } from './queued-exporter.ts';

/**
 * Writes each export to a file of its own, within limits for the folder. A file appears under its name only when it is complete,
 * and names sort by time.
 */
export class FileProfileExporter extends QueuedExporter {
  /** Where the files are: an absolute path. */
  readonly folder: string;

  /** @throws InvalidOptionError */
  constructor(options: FileExporterOptions = {}) {
    const config = fileExporterConfig(options);
    const files = new ProfileFolder(config);
    super(config.folder, (data) => writeFiles(data, files, config));
    this.folder = config.folder;
  }
}

async function writeFiles(data: ProfilesData, files: ProfileFolder, { format }: FileExporterConfig): Promise<void> {
  const { extension, encode, split } = FORMATS[format];
  for (const part of split?.(data) ?? [data]) await files.add(fileName(part, extension), await encode(part));
}
