import { InvalidOptionError } from '../base/errors.ts';
import { isNameList, NAMES } from './labels.ts';

/** What is replaced by keyed hashes before anything is shown or exported. */
export interface AnonymizeOptions {
  /** Paths of files, but for Node's own; names and versions of packages are left out then. Default false. */
  paths?: boolean;
  /** Names of labels whose values are. Default: none. */
  labels?: readonly string[];
  /**
   * What the hashes are made with, at least 16 characters, kept secret: the same key gives the same hashes in all processes.
   * Default: a random one for each process.
   */
  key?: string | undefined;
}

/** The same, decided. */
export interface AnonymizeConfig {
  readonly paths: boolean;
  readonly labels: readonly string[];
  readonly key?: string;
}

export const DEFAULT_ANONYMIZE_CONFIG: AnonymizeConfig = Object.freeze({
  paths: false,
  labels: Object.freeze([]),
});

const MIN_KEY_LENGTH = 16;

/**
 * What is given over the defaults; undefined counts as not given.
 *
 * @throws InvalidOptionError naming the option as `anonymize.paths`
 */
export function anonymizeConfig(options: AnonymizeOptions = {}): AnonymizeConfig {
  if (typeof options !== 'object' || (options as unknown) === null || Array.isArray(options)) {
    throw new InvalidOptionError('anonymize', 'an object of options', options);
  }
  const { paths = DEFAULT_ANONYMIZE_CONFIG.paths, labels = DEFAULT_ANONYMIZE_CONFIG.labels, key } = options;
  if (typeof paths !== 'boolean') throw new InvalidOptionError('anonymize.paths', 'true or false', paths);
  if (!isNameList(labels)) throw new InvalidOptionError('anonymize.labels', NAMES, labels);
  if (key !== undefined && !(typeof key === 'string' && key.length >= MIN_KEY_LENGTH)) {
    // Not the key itself: errors are logged.
    const given: unknown = typeof key === 'string' ? `${key.length} characters` : typeof key;
    throw new InvalidOptionError('anonymize.key', `a string of at least ${MIN_KEY_LENGTH} characters`, given);
  }
  return Object.freeze({ paths, labels: Object.freeze([...new Set(labels)]), ...(key !== undefined && { key }) });
}

/** The options as the environment has them, each for itself. */
export interface FlatAnonymizeOptions {
  readonly anonymizePaths?: AnonymizeOptions['paths'];
  readonly anonymizeLabels?: AnonymizeOptions['labels'];
  readonly anonymizeKey?: AnonymizeOptions['key'];
}

/** They as one option, under what the code gives. */
export function nestedAnonymizeOptions(flat: FlatAnonymizeOptions, given: AnonymizeOptions = {}): AnonymizeOptions {
  const nested: Record<keyof AnonymizeOptions, unknown> = {
    paths: given.paths ?? flat.anonymizePaths,
    labels: given.labels ?? flat.anonymizeLabels,
    key: given.key ?? flat.anonymizeKey,
  };
  return nested as AnonymizeOptions;
}
