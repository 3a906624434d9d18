import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileExporterConfig } from '../config/file-exporter.ts';
import { isProfileFile, isTemporaryFile, TEMPORARY } from './profile-files.ts';

interface FileFacts {
  readonly bytes: number;
  readonly modifiedMillis: number;
}

// Nobody writes one file for so long.
const ABANDONED_MILLIS = 600_000;

/** A folder of profile files within its limits. Other files in it are left alone; other processes may write to it as well. */
export class ProfileFolder {
  readonly #config: FileExporterConfig;
  readonly #now: () => number;
  // Files do not change once they have their name: each is looked at once.
  #known = new Map<string, FileFacts>();

  /** `now` gives milliseconds since 1970. */
  constructor(config: FileExporterConfig, now: () => number = Date.now) {
    this.#config = config;
    this.#now = now;
  }

  /** Makes room for a file and writes it; it has its name only when it is complete. Rejects where that fails. */
  async add(name: string, content: Uint8Array): Promise<void> {
    const { folder, maxFolderBytes } = this.#config;
    if (content.length > maxFolderBytes) throw new FileTooLargeError(content.length, maxFolderBytes);
    await mkdir(folder, { recursive: true });
    await this.#makeRoom(content.length);
    const path = join(folder, name);
    try {
      await writeFile(path + TEMPORARY, content, { flag: 'wx' });
      await rename(path + TEMPORARY, path);
    } catch (thrown) {
      await rm(path + TEMPORARY, { force: true }).catch(() => undefined);
      throw thrown;
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    await this.#look();
    const { maxFolderBytes, maxAgeMillis } = this.#config;
    let total = bytes;
    // Newest first: what comes after the limit is reached is the oldest.
    for (const [name, facts] of [...this.#known].toSorted(([a], [b]) => (a < b ? 1 : -1))) {
      const isOld = this.#now() - facts.modifiedMillis > (isTemporaryFile(name) ? ABANDONED_MILLIS : maxAgeMillis);
      if (isOld || total + facts.bytes > maxFolderBytes) await this.#remove(name);
      else total += facts.bytes;
    }
  }

  async #look(): Promise<void> {
    const names = (await readdir(this.#config.folder)).filter((name) => isProfileFile(name) || isTemporaryFile(name));
    const found = await Promise.all(names.map(async (name) => [name, await this.#factsOf(name)] as const));
    this.#known = new Map(found.flatMap(([name, facts]) => (facts ? [[name, facts]] : [])));
  }

  /** Undefined where another process has removed it meanwhile. */
  async #factsOf(name: string): Promise<FileFacts | undefined> {
    const known = this.#known.get(name);
    if (known && !isTemporaryFile(name)) return known;
    const { size, mtimeMs } = (await stat(join(this.#config.folder, name)).catch(() => undefined)) ?? {};
    return size === undefined || mtimeMs === undefined ? undefined : { bytes: size, modifiedMillis: mtimeMs };
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#config.folder, name), { force: true });
    this.#known.delete(name);
  }
}

/** A file by itself is larger than its folder may be. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';

  constructor(bytes: number, maxFolderBytes: number) {
    super(`a file of ${bytes} bytes, more than the folder's ${maxFolderBytes}`);
  }
}
