import { InvalidPprofError } from './invalid-pprof.ts';
import type { LossList } from './loss-list.ts';
import { checkWire, type WireSchema } from './protobuf-wire.ts';

type MessageName = 'Profile' | 'ValueType' | 'Sample' | 'Label' | 'Mapping' | 'Location' | 'Line' | 'Function';

const integers = (...fields: number[]): Record<number, 'integer'> =>
  Object.fromEntries(fields.map((field) => [field, 'integer' as const]));

/** The messages of profile.proto. */
const MESSAGES: WireSchema<MessageName> = {
  Profile: {
    1: 'ValueType',
    2: 'Sample',
    3: 'Mapping',
    4: 'Location',
    5: 'Function',
    6: 'text',
    11: 'ValueType',
    13: 'integers',
    ...integers(7, 8, 9, 10, 12, 14, 15),
  },
  ValueType: integers(1, 2),
  Sample: { 1: 'integers', 2: 'integers', 3: 'Label' },
  Label: integers(1, 2, 3, 4),
  Mapping: integers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
  Location: { 4: 'Line', ...integers(1, 2, 3, 5) },
  Line: integers(1, 2, 3),
  Function: integers(1, 2, 3, 4, 5),
};

// The library reads a field's number from one byte, and knows integers and bytes only.
const MAX_FIELD = 15;
const WIRE_TYPES = [0, 2];

/**
 * Throws an {@link InvalidPprofError} unless `bytes` are a message `Profile` from the first to the last, and counts what pprof
 * does not define. For ahead of the library that decodes them.
 */
export function checkPprofWire(bytes: Uint8Array, losses: LossList): void {
  checkWire(bytes, 'Profile', {
    schema: MESSAGES,
    maxField: MAX_FIELD,
    wireTypes: WIRE_TYPES,
    invalid: (problem) => new InvalidPprofError(problem),
    onUnknownField: (field, name) => losses.add(`fields of number ${field} in ${name}, which pprof does not define`),
  });
}
