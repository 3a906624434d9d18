import { InvalidOptionError } from '../base/errors.ts';

/** How the on-CPU profile samples. */
export interface CpuProfilingOptions {
  /**
   * Samples of the stack that runs, a second. Each costs some 50 to 100 us of CPU, on this thread and V8's own. Default 99: no
   * round number, so that it does not keep step with timers. A number from 1 to 1,000.
   */
  samplingFrequencyHz?: number;
}

export type CpuProfilingConfig = Readonly<Required<CpuProfilingOptions>>;

export const DEFAULT_CPU_PROFILING_CONFIG: CpuProfilingConfig = Object.freeze({ samplingFrequencyHz: 99 });

const MAX_FREQUENCY_HZ = 1_000;

/**
 * The complete configuration; false where the on-CPU profile is not exported.
 *
 * @throws InvalidOptionError
 */
export function resolveCpuOptions(value: unknown): CpuProfilingConfig | false {
  if (value === undefined || value === false) return false;
  if (value === true) return DEFAULT_CPU_PROFILING_CONFIG;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError('cpu', 'true, false or an object of options', value);
  }
  const { samplingFrequencyHz = DEFAULT_CPU_PROFILING_CONFIG.samplingFrequencyHz } = value as CpuProfilingOptions;
  if (
    typeof samplingFrequencyHz !== 'number' ||
    !(samplingFrequencyHz >= 1 && samplingFrequencyHz <= MAX_FREQUENCY_HZ)
  ) {
    throw new InvalidOptionError(
      'cpu.samplingFrequencyHz',
      `a number of samples a second from 1 to ${MAX_FREQUENCY_HZ}`,
      samplingFrequencyHz,
    );
  }
  return Object.freeze({ samplingFrequencyHz });
}
