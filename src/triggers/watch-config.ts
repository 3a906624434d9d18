import { InvalidOptionError } from '../base/errors.ts';
import type { TriggerThresholds } from '../config/trigger-environment.ts';
import { type DumpConfig, dumpConfig } from './dump-config.ts';
import { amount, millis, record } from './option-values.ts';
import type { Sighting, WatchedQuantity } from './trigger-event.ts';
import type { TriggersOptions, WatchOptions } from './trigger-options.ts';

/** What one quantity is watched for, decided. */
export interface WatchConfig {
  readonly quantity: WatchedQuantity;
  readonly unit: Sighting['unit'];
  readonly above: number | undefined;
  readonly risenPercent: number | undefined;
  readonly atLeast: number;
  readonly atMost: number;
  readonly averageMillis: number;
  readonly warmUpMillis: number;
  readonly coolDownMillis: number;
  readonly dump: DumpConfig;
}

export const DEFAULT_WARM_UP_MILLIS = 30_000;
const DEFAULT_COOL_DOWN_MILLIS = 60_000;
const DEFAULT_AVERAGE_MILLIS = 60_000;

interface Quantity {
  readonly quantity: WatchedQuantity;
  readonly unit: Sighting['unit'];
  /** How names of options that have this unit end. */
  readonly suffix: 'Tasks' | 'Millis' | 'Percent';
  readonly atLeast: number;
  readonly environment: keyof TriggerThresholds;
}

const QUANTITIES: readonly Quantity[] = [
  { quantity: 'liveTasks', unit: 'tasks', suffix: 'Tasks', atLeast: 100, environment: 'triggerLiveTasks' },
  { quantity: 'oldestWait', unit: 'ms', suffix: 'Millis', atLeast: 1_000, environment: 'triggerOldestWaitMillis' },
  {
    quantity: 'eventLoopDelay',
    unit: 'ms',
    suffix: 'Millis',
    atLeast: 100,
    environment: 'triggerEventLoopDelayMillis',
  },
  { quantity: 'heapUsed', unit: '%', suffix: 'Percent', atLeast: 10, environment: 'triggerHeapUsedPercent' },
];

/** Those that the code asks for, or else the environment. Throws an {@link InvalidOptionError}. */
export function watchConfigs(
  all: TriggersOptions,
  environment: TriggerThresholds,
  dumps: DumpConfig,
): readonly WatchConfig[] {
  return QUANTITIES.flatMap((quantity) => {
    const above = environment[quantity.environment];
    const value = all[quantity.quantity] ?? (above === undefined ? undefined : { [`above${quantity.suffix}`]: above });
    return value === undefined ? [] : watchConfig(quantity, value, all, dumps);
  });
}

function watchConfig(
  { quantity, unit, suffix, atLeast }: Quantity,
  value: unknown,
  all: TriggersOptions,
  dumps: DumpConfig,
): WatchConfig {
  const path = `triggers.${quantity}`;
  const options = record(path, value) as WatchOptions & Readonly<Record<string, unknown>>;
  const bound = (name: 'above' | 'atLeast' | 'atMost'): number | undefined =>
    amount(`${path}.${name}${suffix}`, options[`${name}${suffix}`]);
  const above = bound('above');
  const risenPercent = amount(`${path}.risenPercent`, options.risenPercent);
  if (above === undefined && risenPercent === undefined) {
    throw new InvalidOptionError(path, `an object with above${suffix} or risenPercent`, value);
  }
  const atMost = bound('atMost') ?? Infinity;
  if (above !== undefined && above >= atMost) {
    throw new InvalidOptionError(`${path}.atMost${suffix}`, `more than above${suffix} (${above})`, atMost);
  }
  const eachOrAll = (name: 'warmUpMillis' | 'coolDownMillis'): number | undefined =>
    millis(`${path}.${name}`, options[name]) ?? millis(`triggers.${name}`, all[name]);
  return {
    quantity,
    unit,
    above,
    risenPercent,
    atLeast: bound('atLeast') ?? atLeast,
    atMost,
    averageMillis: millis('triggers.averageMillis', all.averageMillis, 1) ?? DEFAULT_AVERAGE_MILLIS,
    warmUpMillis: eachOrAll('warmUpMillis') ?? DEFAULT_WARM_UP_MILLIS,
    coolDownMillis: eachOrAll('coolDownMillis') ?? DEFAULT_COOL_DOWN_MILLIS,
    dump: dumpConfig(path, options, dumps),
  };
}
