import { diag } from '@opentelemetry/api';
import { InvalidOptionError } from '../base/errors.ts';

/** When profiles are exported. */
export interface PeriodicReaderOptions {
  /** Milliseconds from one export to the next. Default: 10,000. Shorter intervals cost as many more exports. */
  readonly exportIntervalMillis?: number;
  /**
   * Milliseconds that one export may take before it is no longer waited for. Default: 30,000, or the interval where that is
   * shorter.
   */
  readonly exportTimeoutMillis?: number;
}

/** Both, decided. */
export type PeriodicReaderConfig = Readonly<Required<PeriodicReaderOptions>>;

const DEFAULT_INTERVAL_MILLIS = 10_000;
const DEFAULT_TIMEOUT_MILLIS = 30_000;
// What timers take; a larger number would mean 1 ms to them.
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/**
 * As the metrics SDK decides it: a timeout longer than the interval is an error if both were given, and cut to the interval
 * otherwise. Throws an {@link InvalidOptionError}.
 */
export function periodicReaderConfig(options: PeriodicReaderOptions = {}): PeriodicReaderConfig {
  const exportIntervalMillis = checked('exportIntervalMillis', options.exportIntervalMillis) ?? DEFAULT_INTERVAL_MILLIS;
  const givenTimeout = checked('exportTimeoutMillis', options.exportTimeoutMillis);
  const exportTimeoutMillis = givenTimeout ?? DEFAULT_TIMEOUT_MILLIS;
  if (exportTimeoutMillis <= exportIntervalMillis) return { exportIntervalMillis, exportTimeoutMillis };
  if (givenTimeout !== undefined && options.exportIntervalMillis !== undefined) {
    const requirement = `at most exportIntervalMillis (${exportIntervalMillis})`;
    throw new InvalidOptionError('exportTimeoutMillis', requirement, givenTimeout);
  }
  if (givenTimeout !== undefined) {
    diag.info(
      `otel-taskprof: exportTimeoutMillis ${givenTimeout} is cut to the interval of ${exportIntervalMillis} ms`,
    );
  }
  return { exportIntervalMillis, exportTimeoutMillis: exportIntervalMillis };
}

function checked(option: keyof PeriodicReaderOptions, millis: number | undefined): number | undefined {
  if (millis === undefined || (Number.isFinite(millis) && millis > 0 && millis <= MAX_TIMER_MILLIS)) return millis;
  throw new InvalidOptionError(
    option,
    `a number of milliseconds greater than 0 and at most ${MAX_TIMER_MILLIS}`,
    millis,
  );
}
