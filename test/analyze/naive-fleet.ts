import { isLocation } from '../../src/profile/location.ts';
import type { ProfilesData, StackEntry } from '../../src/profile/model.ts';

// The same questions by plain loops over all samples, with none of the product's code for them.

export interface NaiveProfile {
  readonly timeUnixNano: bigint;
  readonly resource: Readonly<Record<string, string>>;
  readonly samples: {
    readonly frames: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
    readonly value: bigint;
  }[];
}

export function naiveProfiles(messages: readonly ProfilesData[], measure: string): NaiveProfile[] {
  const profiles = new Map<string, NaiveProfile>();
  for (const { resource, profiles: some } of messages) {
    for (const { sampleType, timeUnixNano, durationNano, samples } of some) {
      if (sampleType.type !== measure) continue;
      const key = JSON.stringify([resource.attributes, String(timeUnixNano), String(durationNano)]);
      const known = profiles.get(key) ?? { timeUnixNano, resource: texts(resource.attributes), samples: [] };
      profiles.set(key, known);
      for (const { stack, attributes, value } of samples) {
        known.samples.push({ frames: stack.flatMap(frameTexts), labels: texts(attributes), value: BigInt(value) });
      }
    }
  }
  return [...profiles.values()];
}

export function sumOf(profile: NaiveProfile, pattern = /(?:)/s): number {
  const isAll = pattern.source === '(?:)';
  const matching = profile.samples.filter(({ frames }) => isAll || frames.some((text) => pattern.test(text)));
  return Number(matching.reduce((sum, { value }) => sum + value, 0n));
}

function texts(attributes: object): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}

function frameTexts(entry: StackEntry): string[] {
  if (!isLocation(entry)) return [`${entry.functionName} (${entry.file}${entry.line === 0 ? '' : `:${entry.line}`})`];
  return [`0x${entry.address.toString(16)} (${entry.mapping!.file})`];
}
