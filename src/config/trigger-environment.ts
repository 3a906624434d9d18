import { InvalidOptionError } from '../base/errors.ts';
import { checkedSignal } from './signal-name.ts';

/** The triggers that the environment can set: bounds, and the signal. */
export interface TriggerThresholds {
  readonly triggerLiveTasks?: number;
  readonly triggerOldestWaitMillis?: number;
  readonly triggerEventLoopDelayMillis?: number;
  /** Of V8's heap. */
  readonly triggerHeapUsedPercent?: number;
  readonly triggerSignal?: string;
}

/** Those of the options that are set, checked. Throws an {@link InvalidOptionError}. */
export function triggerThresholds(options: TriggerThresholds): TriggerThresholds {
  const numbers = Object.fromEntries(
    (['triggerLiveTasks', 'triggerOldestWaitMillis', 'triggerEventLoopDelayMillis', 'triggerHeapUsedPercent'] as const)
      .filter((name) => options[name] !== undefined)
      .map((name) => [name, checkedAmount(name, options[name])]),
  );
  const { triggerSignal } = options;
  return {
    ...numbers,
    ...(triggerSignal !== undefined && { triggerSignal: checkedSignal('triggerSignal', triggerSignal) }),
  };
}

function checkedAmount(name: keyof TriggerThresholds, value: unknown): number {
  const max = name === 'triggerHeapUsedPercent' ? 100 : Infinity;
  if (typeof value === 'number' && value >= 0 && value < max) return value;
  const requirement = max === Infinity ? 'a number of at least 0' : `a number from 0 to less than ${max}`;
  throw new InvalidOptionError(name, requirement, value);
}
