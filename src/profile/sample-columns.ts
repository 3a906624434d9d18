import { SAMPLE_ATTRIBUTE_PREFIX } from './build.ts';
import type { AttributeValue, Profile, Quantity } from './model.ts';

/** What the attribute says of the sample of that index; undefined where the profile has none, or one that is not parallel to its samples. */
export function sampleColumn({ samples, attributes }: Profile, name: string): (index: number) => number | undefined {
  const values = attributes[name];
  const isParallel = Array.isArray(values) && values.length === samples.length;
  return (index) => (isParallel ? numberOf(values[index] as AttributeValue) : undefined);
}

/** Estimates, where the profile has them: on the wire values are rounded to whole numbers. */
export function exactValues(profile: Profile): (index: number) => number | undefined {
  return sampleColumn(profile, `${SAMPLE_ATTRIBUTE_PREFIX}${profile.sampleType.type}`);
}

export function numberOf(value: AttributeValue | Quantity | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

/** What is said of the profile as a whole. */
export function profileOnlyAttributes({ attributes }: Profile): Profile['attributes'] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith(SAMPLE_ATTRIBUTE_PREFIX)));
}
