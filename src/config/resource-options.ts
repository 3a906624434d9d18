import { InvalidOptionError } from '../base/errors.ts';

/** How the profile of resources samples and what it may use. */
export interface ResourceProfilingOptions {
  /**
   * Which resources are known. `'adaptive'`: all of them while `overheadBudget` affords that, else as large a share as it
   * affords. `'all'`: every one, whatever that costs (5 to 15 us each). A number in (0, 1]: this share. Default `'adaptive'`.
   */
  sampling?: 'adaptive' | 'all' | number;
  /**
   * Most live resources that are held at once; beyond it a random half is given up and the other half counts twice. About 400
   * bytes each, and as much again for as many that have ended and are not swept out yet. A whole number of at least 1. Default 1,024.
   */
  maxResources?: number;
  /**
   * Most time that captures, their resolution and sweeps may take, as a share of one core in (0, 1], on top of the budget for
   * tasks. Default 0.005.
   */
  overheadBudget?: number;
}

export type ResourceProfilingConfig = Readonly<Required<ResourceProfilingOptions>>;

export const DEFAULT_RESOURCE_PROFILING_CONFIG: ResourceProfilingConfig = Object.freeze({
  sampling: 'adaptive',
  maxResources: 1_024,
  overheadBudget: 0.005,
});

/**
 * The complete configuration; false where resources are not profiled.
 *
 * @throws InvalidOptionError
 */
export function resolveResourceOptions(value: unknown): ResourceProfilingConfig | false {
  if (value === undefined || value === false) return false;
  if (value === true) return DEFAULT_RESOURCE_PROFILING_CONFIG;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError('resources', 'true, false or an object of options', value);
  }
  const given = value as ResourceProfilingOptions;
  const { sampling, maxResources, overheadBudget } = DEFAULT_RESOURCE_PROFILING_CONFIG;
  return Object.freeze({
    sampling: checked(
      given.sampling ?? sampling,
      isSampling,
      'sampling',
      "'adaptive', 'all' or a number greater than 0 and at most 1",
    ),
    maxResources: checked(given.maxResources ?? maxResources, isCount, 'maxResources', 'a whole number of at least 1'),
    overheadBudget: checked(
      given.overheadBudget ?? overheadBudget,
      isShare,
      'overheadBudget',
      'a number greater than 0 and at most 1',
    ),
  });
}

function checked<T>(value: T, accepts: (value: unknown) => boolean, option: string, requirement: string): T {
  if (accepts(value)) return value;
  throw new InvalidOptionError(`resources.${option}`, requirement, value);
}

function isSampling(value: unknown): boolean {
  return value === 'adaptive' || value === 'all' || isShare(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 1;
}
