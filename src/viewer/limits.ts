import type { Attributes, AttributesWithUnits, AttributeValue, Quantity } from '../profile/model.ts';
import { isQuantity } from '../profile/check-attributes.ts';

// What of a message may become rows. References make little of a message into much: 100,000 stacks may share one name of megabytes.

/** Bytes of a request, uncompressed as well: the Collector's own limit. */
export const MAX_REQUEST_BYTES = 20 * 1024 * 1024;
export const MAX_STACK_DEPTH = 512;
export const MAX_NAME_LENGTH = 1_024;
const MAX_LABELS = 32;
const MAX_LABEL_NAME_LENGTH = 128;
const MAX_LABEL_LENGTH = 256;
const MAX_ATTRIBUTES = 128;
const MAX_ATTRIBUTE_LENGTH = 4_096;
const MAX_ELEMENTS = 64;
/** Bytes that one message may add to the store, about. */
const MAX_MESSAGE_GROWTH = 64 * 1024 * 1024;

/** A message makes more of the store than it may. */
export class TooMuchError extends Error {
  override readonly name = 'TooMuchError';
}

/** Counts what a message adds. */
export class Growth {
  #left = MAX_MESSAGE_GROWTH;

  add(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0)
      throw new TooMuchError(`the message would fill more than ${MAX_MESSAGE_GROWTH / 1024 ** 2} MiB of the store`);
  }
}

export function clipped(text: string, length = MAX_NAME_LENGTH): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Names and values as text, by name, the first ones of many. */
export function labelsOf(attributes: AttributesWithUnits): [name: string, value: string][] {
  return Object.entries(attributes)
    .slice(0, MAX_LABELS)
    .map(([name, value]): [string, string] => [
      clipped(name, MAX_LABEL_NAME_LENGTH),
      clipped(valueText(value), MAX_LABEL_LENGTH),
    ])
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** As JSON: an object of texts. */
export function attributesJson(attributes: Attributes | AttributesWithUnits): string {
  const entries = Object.entries(attributes).slice(0, MAX_ATTRIBUTES);
  return JSON.stringify(
    Object.fromEntries(
      entries.map(([name, value]) => [clipped(name), clipped(valueText(value), MAX_ATTRIBUTE_LENGTH)]),
    ),
  );
}

function valueText(value: AttributeValue | Quantity): string {
  if (isQuantity(value)) return `${valueText(value.value)} ${value.unit}`;
  if (!Array.isArray(value)) return String(value);
  // Ahead of the join: many elements may be one long text.
  return value
    .slice(0, MAX_ELEMENTS)
    .map((element) => clipped(String(element), MAX_LABEL_LENGTH))
    .join(', ');
}

/** Less than any limit of a range. */
export const END_OF_TIME = Number.MAX_SAFE_INTEGER - 1;

/** Microseconds; the end of time for what no number holds exactly. */
export function micros(unixNano: bigint): number {
  return Math.min(Number(unixNano / 1000n), END_OF_TIME);
}
