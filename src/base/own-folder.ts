/** The folder of this package's files, `src/` or `dist/`, as a URL. */
export const OWN_FOLDER = ownFolderOf(import.meta.url);

/** Of this package's modules. */
export const OWN_EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/**
 * The folder of this package's files, by the URL of this one, which the build leaves at its place. Where a bundler has put them
 * into a file of the application none is known as ours: better some tasks of the profiler in a profile than none of the
 * application.
 */
export function ownFolderOf(moduleUrl: string | undefined): string {
  const [, folder] = /^(.*\/)base\/own-folder\.[jt]s$/.exec(moduleUrl ?? '') ?? [];
  return folder ?? 'in a bundle:';
}
