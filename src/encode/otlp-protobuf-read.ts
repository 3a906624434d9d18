import { PbfReader } from 'pbf';
import { wholeNumber } from '../profile/whole-number.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
import { LossList } from './loss-list.ts';
import { type FieldShape, type MessageName, OTLP_MESSAGES, type RawMessages, type ScalarType } from './otlp-schema.ts';
import { checkWire, type FieldKind, type WireSchema } from './protobuf-wire.ts';

/** A message inside of another, on its own. Throws an {@link InvalidOtlpError}. */
export function readOtlpMessage<Name extends MessageName>(name: Name, bytes: Uint8Array): RawMessages[Name] {
  return readOtlpProtobuf(bytes, name, new LossList());
}

/** The message `root` that the bytes are. Throws an {@link InvalidOtlpError}; counts fields that are not read. */
export function readOtlpProtobuf<Root extends MessageName>(
  bytes: Uint8Array,
  root: Root,
  losses: LossList,
): RawMessages[Root] {
  checkWire(bytes, root, {
    schema: WIRE_SCHEMA,
    maxField: MAX_FIELD,
    wireTypes: WIRE_TYPES,
    invalid: (problem) => new InvalidOtlpError(problem),
    onUnknownField: (field, name) => losses.add(`fields of number ${field} in ${name}, which are not read`),
  });
  return new PbfReader(bytes).readFields(READERS[root], {});
}

// As protobuf has it.
const MAX_FIELD = 2 ** 29 - 1;
const WIRE_TYPES = [0, 1, 2, 5];

type RawFields = Record<string, unknown>;
type FieldsReader = (field: number, message: RawFields, reader: PbfReader) => void;

const WIRE_SCHEMA = mapMessages((fields) =>
  mapValues(fields, ({ type, isRepeated }): FieldKind<MessageName> => wireKind(type, isRepeated)),
) satisfies WireSchema<MessageName>;

const READERS: Readonly<Record<MessageName, FieldsReader>> = mapMessages((fields) => (field, message, reader) => {
  const shape = fields[field];
  if (shape) readField(shape, message, reader);
});

function wireKind(type: FieldShape['type'], isRepeated: boolean): FieldKind<MessageName> {
  if (type === 'int' || type === 'uint' || type === 'bool') return isRepeated ? 'integers' : 'integer';
  if (type === 'fixed' || type === 'double') return isRepeated ? 'fixed64s' : 'fixed64';
  return type === 'string' || type === 'bytes' || type === 'id' ? 'text' : type;
}

function readField({ name, type, isRepeated }: FieldShape, message: RawFields, reader: PbfReader): void {
  if (!isRepeated) {
    // A message that comes twice is one, as protobuf has it.
    message[name] = readOne(type, reader, message[name]);
    return;
  }
  const list = (message[name] ??= []) as unknown[];
  const isPacked = reader.type === PACKED && NUMBERS.has(type);
  if (!isPacked) list.push(readOne(type, reader));
  else for (const end = reader.readVarint() + reader.pos; reader.pos < end;) list.push(readOne(type, reader));
}

const PACKED = 2;
const NUMBERS: ReadonlySet<string> = new Set<ScalarType>(['int', 'uint', 'bool', 'fixed', 'double']);

function readOne(type: FieldShape['type'], reader: PbfReader, before?: unknown): unknown {
  switch (type) {
    case 'int':
      return readInt(reader, (value) => BigInt.asIntN(64, value));
    case 'uint':
      return readInt(reader, (value) => BigInt.asUintN(64, value));
    case 'fixed':
      return readFixed64(reader);
    case 'bool':
      return readInt(reader, (value) => value) !== 0;
    case 'double':
      return reader.readDouble();
    case 'string':
      // Not by the library's own function, which does not read every character of short strings.
      return utf8.decode(reader.readBytes());
    case 'bytes':
    case 'id':
      return reader.readBytes();
    default:
      return reader.readMessage(READERS[type], (before ?? {}) as RawFields);
  }
}

const utf8 = new TextDecoder();

/** Bits that a number of the library holds in seven bytes of a varint. */
const EXACT_BYTES = 7;

// The library gives numbers only, and those are exact to 2^53.
function readInt(reader: PbfReader, signed: (value: bigint) => bigint): number | bigint {
  const start = reader.pos;
  let end = start;
  while (reader.buf[end]! > 0x7f) end++;
  if (end - start < EXACT_BYTES) return reader.readVarint();
  let value = 0n;
  for (let at = end; at >= start; at--) value = (value << 7n) | BigInt(reader.buf[at]! & 0x7f);
  reader.pos = end + 1;
  return wholeNumber(signed(value));
}

function readFixed64(reader: PbfReader): number | bigint {
  const low = BigInt(reader.readFixed32());
  return wholeNumber((BigInt(reader.readFixed32()) << 32n) | low);
}

function mapMessages<T>(make: (fields: Readonly<Record<number, FieldShape>>) => T): Record<MessageName, T> {
  return mapValues(OTLP_MESSAGES, make);
}

function mapValues<V, T>(record: Readonly<Record<string | number, V>>, make: (value: V) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value)]));
}
