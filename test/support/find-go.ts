import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Go is: on the PATH, else in `GOROOT`, else where its own installer puts it. Undefined where it is missing. */
export function findGo({ PATH = '', GOROOT = '/usr/local/go' } = process.env): string | undefined {
  const folders = [...PATH.split(delimiter).filter(Boolean), join(GOROOT, 'bin')];
  return folders.map((folder) => join(folder, 'go')).find((file) => existsSync(file));
}
