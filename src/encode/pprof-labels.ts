import type { LabelInput } from 'pprof-format';
import { isQuantity } from '../profile/check-attributes.ts';
import type { AttributeValue, ProfileSample, Quantity } from '../profile/model.ts';
import { isInt64 } from '../profile/whole-number.ts';
import { LinkLabel } from './pprof-names.ts';

/** The index of a text in the pprof's string table. */
type TextIndex = (text: string) => number;

/** A sample's attributes and link as labels of pprof. A link goes before attributes of its labels' names. */
export function labelsOf(
  { attributes, link }: Pick<ProfileSample, 'attributes' | 'link'>,
  text: TextIndex,
): LabelInput[] {
  const labels: LabelInput[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    const isOfLink = link !== undefined && (name === LinkLabel.traceId || name === LinkLabel.spanId);
    if (!isOfLink) addLabels(labels, name, value, text);
  }
  if (link) {
    labels.push({ key: text(LinkLabel.traceId), str: text(link.traceId) });
    labels.push({ key: text(LinkLabel.spanId), str: text(link.spanId) });
  }
  return labels;
}

function addLabels(labels: LabelInput[], name: string, value: AttributeValue | Quantity, text: TextIndex): void {
  if (typeof value === 'string' && value !== '') labels.push({ key: text(name), str: text(value) });
  else labels.push(...severalLabels(name, value, text));
}

function severalLabels(name: string, given: AttributeValue | Quantity, text: TextIndex): LabelInput[] {
  const { value, unit } = isQuantity(given) ? given : { value: given, unit: '' };
  const values: readonly (string | number | bigint | boolean)[] = typeof value === 'object' ? value : [value];
  const key = text(name);
  if (values.every((one) => isWhole(one) && (Number(one) !== 0 || unit !== ''))) {
    return values.map((num) => ({ key, num: num as number | bigint, numUnit: text(unit) }));
  }
  // pprof's numbers are whole: what is neither a string nor a whole number is written as text. So is 0 without a unit, which
  // is how pprof writes "no value"; an empty string would be the same.
  return values
    .filter((one) => one !== '')
    .map((one) => ({ key, str: text(unit === '' ? String(one) : `${String(one)} ${unit}`) }));
}

function isWhole(value: unknown): boolean {
  return isInt64(value) && (typeof value === 'bigint' || Number.isSafeInteger(value));
}
