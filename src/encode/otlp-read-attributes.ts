import type { AttributesWithUnits, AttributeValue, Quantity } from '../profile/model.ts';
import { isQuantity } from '../profile/check-attributes.ts';
import type { LossList } from './loss-list.ts';
import { type Identified, Identities, OtlpReadTable } from './otlp-read-table.ts';
import { readAnyValue } from './otlp-read-values.ts';
import type { RawMessages } from './otlp-schema.ts';

type Int = number | bigint;

interface Attribute {
  readonly name: string;
  readonly value: AttributeValue | Quantity | undefined;
}

/** The string table. */
interface Texts {
  text(index: Int, where: string): string;
  valueText(index: Int, where: string): string;
}

/** The attributes of a dictionary, in sets as samples and locations have them. */
export class OtlpReadAttributes {
  readonly #table: OtlpReadTable<RawMessages['KeyValueAndUnit'], Identified<Attribute>>;
  readonly #strings: Texts;
  readonly #losses: LossList;
  readonly #identities = new Identities();
  readonly #texts = new Identities();
  readonly #sets = new Map<string, Identified<AttributesWithUnits>>();

  constructor(rows: readonly RawMessages['KeyValueAndUnit'][] | undefined, strings: Texts, losses: LossList) {
    this.#table = new OtlpReadTable('attribute', rows, (row, at) => this.#attribute(row, at));
    this.#strings = strings;
    this.#losses = losses;
  }

  /** Equal sets are one object, whatever their order. */
  set(indices: readonly Int[], where: string): Identified<AttributesWithUnits> {
    const attributes = indices.map((index) => this.#table.at(index, where));
    const key = attributes
      .map(({ id }) => id)
      .toSorted((a, b) => a - b)
      .join();
    let known = this.#sets.get(key);
    if (known === undefined) this.#sets.set(key, (known = { id: this.#sets.size, value: this.#newSet(attributes) }));
    return known;
  }

  get unused(): number {
    return this.#table.unused;
  }

  #newSet(attributes: readonly Identified<Attribute>[]): AttributesWithUnits {
    const entries: [string, AttributeValue | Quantity][] = [];
    for (const {
      value: { name, value },
    } of attributes) {
      if (name === '') this.#losses.add('attributes without a name');
      else if (value !== undefined) entries.push([name, value]);
    }
    const set = Object.fromEntries(entries);
    this.#losses.add('attributes of a name that a later one has as well', entries.length - Object.keys(set).length);
    return set;
  }

  #attribute(
    { keyStrindex = 0, value, unitStrindex = 0 }: RawMessages['KeyValueAndUnit'],
    at: string,
  ): Identified<Attribute> {
    const name = this.#strings.text(keyStrindex, at);
    const unit = this.#strings.text(unitStrindex, at);
    const read =
      name === '' ? undefined : readAnyValue(value, (index) => this.#strings.valueText(index, at), this.#losses);
    const attribute = { name, value: unit === '' || read === undefined ? read : this.#withUnit(read, unit) };
    return { id: this.#identities.of(keyOf(attribute, this.#texts)), value: attribute };
  }

  #withUnit(value: AttributeValue, unit: string): AttributeValue | Quantity {
    if (typeof value === 'number' || typeof value === 'bigint') return { value, unit };
    const isNumbers = Array.isArray(value) && value.every((element) => typeof element !== 'string');
    if (isNumbers) return { value, unit };
    this.#losses.add('units of attributes that are no numbers');
    return value;
  }
}

/** Equal for attributes that are written alike. Texts stand in it by their numbers: many may refer to a long one. */
function keyOf({ name, value }: Attribute, texts: Identities): string {
  const isWithUnit = value !== undefined && isQuantity(value);
  const unit = isWithUnit ? texts.of(value.unit) : '';
  return `${texts.of(name)} ${unit} ${valueKeyOf(isWithUnit ? value.value : value, texts)}`;
}

/** 5 is another value than '5', but a whole number may be of two types. */
function valueKeyOf(value: AttributeValue | undefined, texts: Identities): string {
  if (typeof value === 'string') return `text ${texts.of(value)}`;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return `double ${value}`;
  if (!Array.isArray(value)) return String(value);
  // Those parallel to the samples are long.
  const isNumbers = typeof value[0] !== 'string';
  return isNumbers ? `numbers ${value.join()}` : `texts ${value.map((text) => texts.of(String(text))).join()}`;
}
