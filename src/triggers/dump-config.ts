import { InvalidOptionError } from '../base/errors.ts';
import { type BurstConfig, burstConfig } from '../config/burst.ts';
import { type SnapshotOptions, checkSnapshotOptions } from '../snapshot/snapshot-options.ts';
import { record } from './option-values.ts';
import type { DumpOptions } from './trigger-options.ts';

/** How a dump is made, decided. */
export interface DumpConfig {
  readonly consistency: 'moment' | 'slices';
  readonly filters: Readonly<SnapshotOptions>;
  readonly burst: BurstConfig | undefined;
}

/** What is not given is as in `all`, or by default. `path`: of the option that holds these. Throws an InvalidOptionError. */
export function dumpConfig(path: string, { snapshot, burst }: DumpOptions, all?: DumpConfig): DumpConfig {
  return {
    ...(snapshot === undefined && all !== undefined ? all : snapshotConfig(`${path}.snapshot`, snapshot ?? {})),
    burst: burst === undefined ? all?.burst : burstOf(`${path}.burst`, burst),
  };
}

function snapshotConfig(path: string, value: unknown): Pick<DumpConfig, 'consistency' | 'filters'> {
  const { consistency = 'slices', ...filters } = record(path, value) as NonNullable<DumpOptions['snapshot']>;
  if (!(['moment', 'slices'] as unknown[]).includes(consistency)) {
    throw new InvalidOptionError(`${path}.consistency`, "'moment' or 'slices'", consistency);
  }
  checkSnapshotOptions(filters);
  return { consistency, filters: Object.freeze(filters) };
}

function burstOf(path: string, burst: NonNullable<DumpOptions['burst']>): BurstConfig | undefined {
  if (burst === false) return undefined;
  return burstConfig(burst === true ? {} : burst, path);
}
