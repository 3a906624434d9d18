import { printable, toError } from '../base/errors.ts';
import { isInt64, isUint64, wholeNumber } from '../profile/whole-number.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
import type { LossList } from './loss-list.ts';
import { type FieldShape, type MessageName, OTLP_MESSAGES, type RawMessages, type ScalarType } from './otlp-schema.ts';

/**
 * The message `root` that JSON is, as text, in UTF-8, or parsed. Throws an {@link InvalidOtlpError} that names the field; counts fields that
 * are not read.
 */
export function readOtlpJson<Root extends 'ProfilesData' | 'TracesData'>(
  json: string | Uint8Array | object,
  root: Root,
  losses: LossList,
): RawMessages[Root] {
  const parsed = typeof json === 'string' || json instanceof Uint8Array ? parse(json) : json;
  const message: RawMessages[Root] = new JsonReader(losses).message(root, parsed, '', 0);
  // Every other JSON object would be a message without content.
  const keys = Object.keys(parsed as object);
  if (keys.length === 0 || Object.keys(message).length > 0) return message;
  throw new InvalidOtlpError(`it has no ${OTLP_MESSAGES[root][1]!.name}: ${printable(keys)}`);
}

function parse(json: string | Uint8Array): unknown {
  const text = typeof json === 'string' ? json : new TextDecoder().decode(json);
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new InvalidOtlpError(`broken JSON: ${printable(toError(thrown).message)}`, { cause: thrown });
  }
}

type JsonFields = Readonly<Record<string, FieldShape>>;

const FIELDS = Object.fromEntries(
  Object.entries(OTLP_MESSAGES).map(([name, fields]) => [name, byName(Object.values(fields))]),
) as Record<MessageName, JsonFields>;

function byName(fields: readonly FieldShape[]): JsonFields {
  return Object.assign(Object.create(null) as object, Object.fromEntries(fields.map((field) => [field.name, field])));
}

/** As in protobuf. */
const MAX_DEPTH = 100;

class JsonReader {
  readonly #losses: LossList;

  constructor(losses: LossList) {
    this.#losses = losses;
  }

  message(name: MessageName, json: unknown, where: string, depth: number): object {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong(where, 'an object', json);
    if (depth > MAX_DEPTH)
      throw new InvalidOtlpError(`${where.slice(0, 100)}... is nested more than ${MAX_DEPTH} deep`);
    const message: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(json)) {
      const field = FIELDS[name][key];
      // null is how JSON may write what is not set.
      if (value === null) continue;
      if (field) message[key] = this.#field(field, value, where === '' ? key : `${where}.${key}`, depth);
      else this.#losses.add(`fields ${printable(key)} in ${name}, which are not read`);
    }
    return message;
  }

  #field({ type, isRepeated }: FieldShape, json: unknown, where: string, depth: number): unknown {
    if (!isRepeated) return this.#one(type, json, where, depth);
    if (!Array.isArray(json)) throw wrong(where, 'an array', json);
    return json.map((element, index) => this.#one(type, element, `${where}[${index}]`, depth));
  }

  #one(type: FieldShape['type'], json: unknown, where: string, depth: number): unknown {
    return type in SCALARS
      ? SCALARS[type as ScalarType](json, where)
      : this.message(type as MessageName, json, where, depth + 1);
  }
}

/** As protobuf's mapping to JSON has them: 64 bits as a string or a number, bytes in base64; ids in hex, as OTLP has it. */
const SCALARS: Readonly<Record<ScalarType, (json: unknown, where: string) => unknown>> = {
  int: (json, where) => integer(json, where, isInt64, 'a whole number of 64 bits'),
  uint: (json, where) => integer(json, where, isUint64, 'a whole number of at least 0 and below 2^64'),
  fixed: (json, where) => integer(json, where, isUint64, 'a whole number of at least 0 and below 2^64'),
  bool: (json, where) => (typeof json === 'boolean' ? json : reject(where, 'true or false', json)),
  double: readDouble,
  string: readString,
  bytes: (json, where) => new Uint8Array(Buffer.from(readString(json, where), 'base64')),
  id: (json, where) => new Uint8Array(Buffer.from(readString(json, where), 'hex')),
};

function readString(json: unknown, where: string): string {
  return typeof json === 'string' ? json : reject(where, 'a string', json);
}

function integer(json: unknown, where: string, isValid: (value: bigint) => boolean, kind: string): number | bigint {
  const isInteger = typeof json === 'string' ? /^-?\d{1,20}$/.test(json) : Number.isInteger(json);
  const value = isInteger ? BigInt(json as string | number) : undefined;
  return value !== undefined && isValid(value) ? wholeNumber(value) : reject(where, kind, json);
}

const NOT_FINITE = new Set(['NaN', 'Infinity', '-Infinity']);

function readDouble(json: unknown, where: string): number {
  const isNumber = typeof json === 'number' || (typeof json === 'string' && isDoubleText(json));
  return isNumber ? Number(json) : reject(where, 'a number', json);
}

function isDoubleText(text: string): boolean {
  return NOT_FINITE.has(text) || (text.trim() !== '' && Number.isFinite(Number(text)));
}

function reject(where: string, kind: string, json: unknown): never {
  throw wrong(where, kind, json);
}

function wrong(where: string, kind: string, json: unknown): InvalidOtlpError {
  return new InvalidOtlpError(`${where === '' ? 'the message' : where} must be ${kind}, got ${printable(json)}`);
}
