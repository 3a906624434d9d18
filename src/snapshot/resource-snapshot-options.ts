import { InvalidOptionError } from '../base/errors.ts';
import type { LabelValue } from '../base/types.ts';
import { type ResourceState, RESOURCE_STATES } from '../resources/resource-state.ts';
import { checkSnapshotOptions } from './snapshot-options.ts';

/** Which resources a snapshot takes; all that are given must hold. */
export interface ResourceSnapshotOptions {
  /** Only resources that have been there at least this long. Default 0. */
  minAgeMillis?: number;
  /** Only resources in one of these states: `['pending']` is the work under way. Default: all. */
  states?: readonly ResourceState[];
  /** Only resources that carry all these labels with these values. */
  labels?: Record<string, LabelValue>;
  /** Only resources of this trace, 32 hex digits. */
  traceId?: string;
  /** Only resources with a frame whose text `functionName (file:line:column)` matches. */
  matching?: RegExp;
}

/** @throws InvalidOptionError */
export function checkResourceSnapshotOptions({ minAgeMillis, states, ...others }: ResourceSnapshotOptions): void {
  if (minAgeMillis !== undefined && !(typeof minAgeMillis === 'number' && minAgeMillis >= 0)) {
    throw new InvalidOptionError('minAgeMillis', 'a number of milliseconds of at least 0', minAgeMillis);
  }
  const isStates = Array.isArray(states) && states.every((state: ResourceState) => RESOURCE_STATES.includes(state));
  if (states !== undefined && !isStates) {
    throw new InvalidOptionError('states', `an array of ${RESOURCE_STATES.join(', ')}`, states);
  }
  checkSnapshotOptions(others);
}
