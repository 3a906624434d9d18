import fc from 'fast-check';

/** Bytes and numbers at which decoders decide: ends of varints, of lengths, of JSON. */
const TOKENS: readonly Uint8Array[] = [
  ...[[0], [1], [0x7f], [0x80], [0xff], [0xff, 0xff, 0xff, 0xff, 0x0f], [0x1f, 0x8b, 8]],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
  ...['{', '}', '[', ']', '"', ',', ':', 'null', '-1', '1e999', '9223372036854775808', '"__proto__"', '\\u0000', '\n'],
  ...['%', '&', '=', '%00', '(a+)+$', 'NaN', 'Infinity', ';', ' '],
].map((token) => (typeof token === 'string' ? Buffer.from(token) : Uint8Array.from(token)));

type Change = (bytes: Uint8Array, other: Uint8Array) => Uint8Array;

const places = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(places, fc.nat(255)).map(
    ([[at], byte]): Change =>
      (bytes) =>
        splice(bytes, at, 1, Uint8Array.of(byte)),
  ),
  fc.tuple(places, fc.nat(7)).map(([[at], bit]): Change => (bytes) => {
    const copy = Uint8Array.from(bytes);
    if (copy.length > 0) copy[Math.floor(at * (copy.length - 1))]! ^= 1 << bit;
    return copy;
  }),
  fc.tuple(places, fc.constantFrom(...TOKENS)).map(
    ([[at], token]): Change =>
      (bytes) =>
        splice(bytes, at, 0, token),
  ),
  fc.tuple(places, fc.constantFrom(...TOKENS)).map(
    ([[at], token]): Change =>
      (bytes) =>
        splice(bytes, at, token.length, token),
  ),
  places.map(
    ([at, length]): Change =>
      (bytes) =>
        splice(bytes, at, Math.ceil(length * 16), new Uint8Array()),
  ),
  places.map(
    ([at]): Change =>
      (bytes) =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  // A part once more, or one of another message.
  places.map(
    ([from, to]): Change =>
      (bytes) =>
        splice(bytes, to, 0, part(bytes, from)),
  ),
  places.map(
    ([from, to]): Change =>
      (bytes, other) =>
        splice(bytes, to, 0, part(other, from)),
  ),
);

const BRACE = 0x7b;
const NEWLINE = 0x0a;

/** JSON in which some values are others. */
function withOtherValues(seed: Uint8Array): fc.Arbitrary<Uint8Array> {
  const text = Buffer.from(seed).toString();
  const others = fc.oneof(
    fc.constantFrom<unknown>(null, '', '0', -1, 0, 1, 1.5, 2 ** 53, '9223372036854775808', 'AA==', [], {}, [[]], true),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.array(fc.tuple(fc.nat(10_000), others), { minLength: 1, maxLength: 4 }).map((some) => {
    const at = new Map(some);
    const count = values(text);
    let index = 0;
    const replaced: unknown = JSON.parse(text, (_, value: unknown) => {
      const place = index++;
      for (const [number, other] of at) if (number % count === place) return other;
      return value;
    });
    return Buffer.from(JSON.stringify(replaced));
  });
}

function values(text: string): number {
  let count = 0;
  JSON.parse(text, (_, value: unknown) => (count++, value));
  return count;
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const from = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from + removed)]);
}

function part(bytes: Uint8Array, from: number): Uint8Array {
  const start = Math.floor(from * bytes.length);
  return bytes.subarray(start, start + 64);
}

/** Inputs that are nearly what a decoder takes: one of the seeds with one to eight changes; and now and then any bytes. */
export function nearly(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const seed = fc.constantFrom(...seeds);
  const changed = fc
    .tuple(
      seed,
      seed,
      fc.oneof(fc.array(changes, { minLength: 1, maxLength: 2 }), fc.array(changes, { minLength: 1, maxLength: 8 })),
    )
    .map(([bytes, other, some]) => some.reduce((result, change) => change(result, other), bytes));
  const json = seeds.filter((bytes) => bytes[0] === BRACE && !bytes.includes(NEWLINE));
  const inputs = json.length === 0 ? changed : fc.oneof(changed, fc.constantFrom(...json).chain(withOtherValues));
  return fc.oneof({ weight: 19, arbitrary: inputs }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) });
}
