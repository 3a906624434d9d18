import type { SpanReference } from '../base/types.ts';
import { isId } from '../profile/check.ts';
import type { AttributesWithUnits, AttributeValue, Quantity } from '../profile/model.ts';
import type { LossList } from './loss-list.ts';
import { LinkLabel } from './pprof-names.ts';
import { whole } from './pprof-numbers.ts';

/** What the labels of a sample say. */
export interface Labelled {
  readonly attributes: AttributesWithUnits;
  readonly link?: SpanReference;
}

/** A label as it stands in a sample: indices of texts, or a number. */
export type RawLabel = Readonly<Record<'key' | 'str' | 'num' | 'numUnit', number | bigint>>;

interface LabelValues {
  readonly texts: string[];
  readonly numbers: (number | bigint)[];
  /** One for each of the numbers. */
  readonly units: string[];
}

/** The labels of a sample as attributes; `trace_id` and `span_id`, where they are ids of OpenTelemetry, as its link. */
export function readLabels(
  labels: readonly RawLabel[],
  text: (index: number | bigint) => string,
  losses: LossList,
): Labelled {
  const byKey = new Map<string, LabelValues>();
  for (const label of labels) addLabel(label, text, byKey, losses);
  return withLink(Object.fromEntries([...byKey].map(([key, values]) => [key, valueOf(values, losses)])));
}

function addLabel(
  label: RawLabel,
  text: (index: number | bigint) => string,
  byKey: Map<string, LabelValues>,
  losses: LossList,
): void {
  const key = text(label.key);
  if (key === '') {
    losses.add('labels without a name');
    return;
  }
  const values = byKey.get(key) ?? { texts: [], numbers: [], units: [] };
  byKey.set(key, values);
  if (Number(label.str) === 0) {
    values.numbers.push(whole(label.num));
    values.units.push(text(label.numUnit));
    return;
  }
  values.texts.push(text(label.str));
  if (Number(label.num) !== 0) losses.add('numbers of labels that have a string as well');
}

function valueOf({ texts, numbers, units }: LabelValues, losses: LossList): AttributeValue | Quantity {
  if (texts.length > 0) {
    losses.add('numbers of labels that have strings as well; kept as strings', numbers.length);
    return oneOrMany([...texts, ...numbers.map(String)]);
  }
  const [unit = '', ...others] = new Set(units);
  if (others.length === 0) return unit === '' ? oneOrMany(numbers) : { value: oneOrMany(numbers), unit };
  losses.add('units of labels whose numbers have different ones', units.filter((it) => it !== '').length);
  return oneOrMany(numbers);
}

function oneOrMany<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0]! : values;
}

function withLink(attributes: AttributesWithUnits): Labelled {
  const { [LinkLabel.traceId]: traceId, [LinkLabel.spanId]: spanId, ...others } = attributes;
  const isLink = typeof traceId === 'string' && isId(traceId, 32) && typeof spanId === 'string' && isId(spanId, 16);
  return isLink ? { attributes: others, link: { traceId, spanId } } : { attributes };
}
