import { isQuantity } from '../profile/check-attributes.ts';
import type { AttributesWithUnits, AttributeValue, Quantity } from '../profile/model.ts';

/**
 * Attributes as pairs of texts in the order of their names, as the Collector writes them into ClickHouse: lists as JSON, units left out.
 */
export function attributeTexts(attributes: AttributesWithUnits): [name: string, text: string][] {
  return Object.entries(attributes)
    .map(([name, value]): [string, string] => [name, textOf(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function textOf(given: AttributeValue | Quantity): string {
  const value = isQuantity(given) ? given.value : given;
  if (typeof value !== 'object') return String(value);
  return `[${value.map((item: string | number | bigint) => (typeof item === 'string' ? JSON.stringify(item) : String(item))).join()}]`;
}
