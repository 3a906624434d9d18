/** No file is in it. */
const IN_A_BUNDLE = 'in a bundle:';
/** Undefined where a bundler has made a script of CommonJS of it. */
const url = import.meta.url as string | undefined;

/** The folder of this package's files, `src/` or `dist/`, as a URL; `IN_A_BUNDLE` where there is none. */
export const OWN_FOLDER = ownFolderOf(url);

/** Of this package's modules. */
export const OWN_EXTENSION = url?.slice(url.lastIndexOf('.')) ?? '.js';

export const isBundled: boolean = OWN_FOLDER === IN_A_BUNDLE;

/**
 * The folder of this package's files, by the URL of this one, which the build leaves at its place. Where a bundler has put them
 * into a file of the application none is known as ours: better some tasks of the profiler in a profile than none of the
 * application.
 */
export function ownFolderOf(moduleUrl: string | undefined): string {
  const [, folder] = /^(.*\/)base\/own-folder\.[jt]s$/.exec(moduleUrl ?? '') ?? [];
  return folder ?? IN_A_BUNDLE;
}
