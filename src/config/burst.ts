import { InvalidOptionError } from '../base/errors.ts';

/** A stretch of time in which more is sampled. */
export interface BurstOptions {
  /** How long, in milliseconds, at most 600,000. Default 5,000. */
  durationMillis?: number;
  /**
   * Most time that captures and following may take meanwhile, as a share of one core in (0, 1], in place of the profiler's own
   * `overheadBudget` where that is less. Default 0.1.
   */
  overheadBudget?: number;
}

export type BurstConfig = Readonly<Required<BurstOptions>>;

const DEFAULTS: BurstConfig = Object.freeze({ durationMillis: 5_000, overheadBudget: 0.1 });
const MAX_DURATION_MILLIS = 600_000;

/**
 * Complete and checked. `name`: of the option that holds these, for errors.
 *
 * @throws InvalidOptionError
 */
export function burstConfig(options: BurstOptions, name = ''): BurstConfig {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw new InvalidOptionError(name || 'burst', 'an object', given);
  const prefix = name === '' ? '' : `${name}.`;
  const { durationMillis = DEFAULTS.durationMillis, overheadBudget = DEFAULTS.overheadBudget } = options;
  if (!(typeof durationMillis === 'number' && durationMillis > 0 && durationMillis <= MAX_DURATION_MILLIS)) {
    const requirement = `a number of milliseconds greater than 0 and at most ${MAX_DURATION_MILLIS}`;
    throw new InvalidOptionError(`${prefix}durationMillis`, requirement, durationMillis);
  }
  if (!(typeof overheadBudget === 'number' && overheadBudget > 0 && overheadBudget <= 1)) {
    throw new InvalidOptionError(`${prefix}overheadBudget`, 'a number greater than 0 and at most 1', overheadBudget);
  }
  return { durationMillis, overheadBudget };
}
