import { InvalidOptionError } from '../base/errors.ts';
import { checkedSignal } from '../config/signal-name.ts';
import type { TriggerThresholds } from '../config/trigger-environment.ts';
import { type DumpConfig, dumpConfig } from './dump-config.ts';
import { millis, percent, record } from './option-values.ts';
import type { TriggersOptions } from './trigger-options.ts';
import { DEFAULT_WARM_UP_MILLIS, type WatchConfig, watchConfigs } from './watch-config.ts';

/** All triggers, decided. */
export interface TriggersConfig {
  readonly watches: readonly WatchConfig[];
  readonly signal: { readonly name: NodeJS.Signals; readonly dump: DumpConfig } | undefined;
  /** Of baselines, and of dumps that are asked for. */
  readonly dump: DumpConfig;
  readonly checkIntervalMillis: number;
  /** Of baselines. */
  readonly warmUpMillis: number;
  /** Infinity: none. */
  readonly baselineIntervalMillis: number;
  readonly atMostHeapPercent: number;
  readonly onTrigger: TriggersOptions['onTrigger'];
}

const DEFAULT_CHECK_MILLIS = 2_000;
const MIN_CHECK_MILLIS = 100;
const DEFAULT_BASELINE_MILLIS = 300_000;
const MIN_BASELINE_MILLIS = 1_000;
const DEFAULT_HEAP_PERCENT = 95;

/**
 * What the code says, else what the environment says of bounds and the signal, else the default.
 *
 * @throws InvalidOptionError naming the option, `triggers.liveTasks.aboveTasks`, and the value
 */
export function triggersConfig(options: TriggersOptions = {}, environment: TriggerThresholds = {}): TriggersConfig {
  const given = record('triggers', options) as TriggersOptions;
  const { onTrigger } = given;
  if (onTrigger !== undefined && typeof (onTrigger as unknown) !== 'function') {
    throw new InvalidOptionError('triggers.onTrigger', 'a function', onTrigger);
  }
  const dump = dumpConfig('triggers', given);
  const watches = watchConfigs(given, environment, dump);
  return {
    watches,
    signal: signalConfig(given.signal ?? environment.triggerSignal, dump),
    dump,
    checkIntervalMillis:
      millis('triggers.checkIntervalMillis', given.checkIntervalMillis, MIN_CHECK_MILLIS) ?? DEFAULT_CHECK_MILLIS,
    warmUpMillis: millis('triggers.warmUpMillis', given.warmUpMillis) ?? DEFAULT_WARM_UP_MILLIS,
    baselineIntervalMillis: baselineMillis(given.baselineIntervalMillis, watches.length > 0),
    atMostHeapPercent: percent('triggers.atMostHeapPercent', given.atMostHeapPercent) ?? DEFAULT_HEAP_PERCENT,
    onTrigger,
  };
}

function baselineMillis(value: TriggersOptions['baselineIntervalMillis'], isWatching: boolean): number {
  if (value === false) return Infinity;
  const given = millis('triggers.baselineIntervalMillis', value, MIN_BASELINE_MILLIS);
  return given ?? (isWatching ? DEFAULT_BASELINE_MILLIS : Infinity);
}

function signalConfig(value: TriggersOptions['signal'], dumps: DumpConfig): TriggersConfig['signal'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'object') return { name: checkedSignal('triggers.signal', value), dump: dumps };
  const options = record('triggers.signal', value);
  return {
    name: checkedSignal('triggers.signal.name', options.name),
    dump: dumpConfig('triggers.signal', options, dumps),
  };
}
