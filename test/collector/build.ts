// `node test/collector/build.ts`: builds the Collector of the tests, once, and shows how far it is.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../support/cache-folder.ts';
import { findGo } from '../support/find-go.ts';
import { GO_MISSING, runGo } from './go.ts';
import { Progress } from './progress.ts';

const SOURCES = fileURLToPath(new URL('distribution/', import.meta.url));
/** What `go build -v` prints of each package that it compiles. */
const IMPORT_PATH = /^[\w./-]+$/;
const PROGRAM = 'otelcol-taskprof';

/** The Collector's program file, named by what it is built from; it is there once `buildCollector` has run. */
export function collectorProgram(): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of readdirSync(SOURCES).sort()) hash.update(`\0${name}\0`).update(readFileSync(join(SOURCES, name)));
  return cacheFolder('collector', hash.digest('hex').slice(0, 16), PROGRAM);
}

/** Builds the Collector unless it has been built from the same sources before, and gives its program file. */
export async function buildCollector(progress: Progress): Promise<string> {
  const program = collectorProgram();
  if (existsSync(program)) return program;
  const cwd = SOURCES;
  progress.begin('Building an OpenTelemetry Collector (once; some minutes)');
  const onDownload = (line: string): void => {
    if (line.startsWith('go: downloading')) progress.step('downloaded');
  };
  const packages = await runGo(['list', '-deps', '.'], { cwd, onLine: onDownload });
  const total = packages.trim().split('\n').length;
  // Built beside its place and moved there when it is whole: a second run at the same time finds all of it or nothing.
  mkdirSync(cacheFolder('collector'), { recursive: true });
  const folder = mkdtempSync(cacheFolder('collector', 'build-'));
  const onPackage = (line: string): void => {
    if (IMPORT_PATH.test(line)) progress.step('compiled', total);
  };
  try {
    const args = ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', join(folder, PROGRAM), '.'];
    await runGo(args, { cwd, onLine: onPackage });
    mkdirSync(join(program, '..'), { recursive: true });
    renameSync(join(folder, PROGRAM), program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  progress.end(`Built ${program}`);
  return program;
}

if (import.meta.main) {
  try {
    if (findGo() === undefined) throw new Error(GO_MISSING);
    await buildCollector(new Progress(process.stderr));
  } catch (error) {
    process.stderr.write(`\n${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
