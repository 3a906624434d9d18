import {
  decodeRaw,
  type RawAnyValue,
  type RawDictionary,
  type RawKeyValue,
  type RawProfile,
  type RawValueType,
} from '../../examples/receiver/raw.ts';
import { entryOf, locationOf } from '../../src/profile/location.ts';
import type {
  Attributes,
  AttributesWithUnits,
  AttributeValue,
  Line,
  Mapping,
  Profile,
  ProfilesData,
  Quantity,
  StackEntry,
} from '../../src/profile/model.ts';
import { addWhole, wholeNumber } from '../../src/profile/whole-number.ts';

/** The model that OTLP bytes hold, all of it: decoded by a protobuf library of its own, so that it tests the encoder. */
export function modelOfOtlp(bytes: Uint8Array): ProfilesData {
  const { resourceProfiles, dictionary } = decodeRaw(bytes);
  const [{ resource, scopeProfiles } = { scopeProfiles: [] }] = resourceProfiles;
  const [{ scope, profiles } = { profiles: [] }] = scopeProfiles;
  const resolve = new Resolver(dictionary!);
  const scopeAttributes = plainAttributes(scope?.attributes ?? []);
  return {
    resource: { attributes: plainAttributes(resource?.attributes ?? []) },
    scope: {
      name: scope?.name ?? '',
      version: scope?.version ?? '',
      ...(Object.keys(scopeAttributes).length > 0 && { attributes: scopeAttributes }),
    },
    profiles: profiles.map((profile) => resolve.profile(profile)),
  };
}

/** Locations that a frame stands for as that frame: they are the same on the wire. */
export function plainEntries(data: ProfilesData): ProfilesData {
  const plainSample = (one: Profile['samples'][number]): Profile['samples'][number] => ({
    ...one,
    stack: one.stack.map((entry) => entryOf(locationOf(entry))),
  });
  return { ...data, profiles: data.profiles.map((one) => ({ ...one, samples: one.samples.map(plainSample) })) };
}

class Resolver {
  readonly #tables: RawDictionary;

  constructor(tables: RawDictionary) {
    this.#tables = tables;
  }

  profile(raw: RawProfile): Profile {
    return {
      sampleType: this.#valueType(raw.sampleType),
      periodType: this.#valueType(raw.periodType),
      period: wholeNumber(raw.period ?? 0n),
      timeUnixNano: raw.timeUnixNano ?? 0n,
      durationNano: raw.durationNano ?? 0n,
      attributes: this.#attributes(raw.attributeIndices),
      samples: raw.samples.map(({ stackIndex, attributeIndices, linkIndex, values, timestampsUnixNano }) => ({
        stack: this.#tables.stackTable[stackIndex ?? 0]!.locationIndices.map((index) => this.#entry(index)),
        attributes: this.#attributes(attributeIndices),
        ...(linkIndex ? { link: this.#link(linkIndex) } : {}),
        value: values.map(wholeNumber).reduce(addWhole),
        ...(timestampsUnixNano.length > 0 && {
          timed: values.map((value, i) => ({ timeUnixNano: timestampsUnixNano[i]!, value: wholeNumber(value) })),
        }),
      })),
      ...(raw.originalPayload && {
        originalPayload: { format: raw.originalPayloadFormat!, bytes: new Uint8Array(raw.originalPayload) },
      }),
    };
  }

  #entry(index: number): StackEntry {
    const { mappingIndex, address, lines, attributeIndices } = this.#tables.locationTable[index]!;
    return entryOf({
      lines: lines.map(({ functionIndex, line, column }) => this.#line(functionIndex ?? 0, line, column)),
      address: address ?? 0n,
      ...(mappingIndex ? { mapping: this.#mapping(mappingIndex) } : {}),
      attributes: this.#attributes(attributeIndices),
    });
  }

  #line(functionIndex: number, line = 0n, column = 0n): Line {
    const called = this.#tables.functionTable[functionIndex]!;
    return {
      functionName: this.#text(called.nameStrindex),
      systemName: this.#text(called.systemNameStrindex),
      file: this.#text(called.filenameStrindex),
      startLine: Number(called.startLine ?? 0n),
      line: Number(line),
      column: Number(column),
    };
  }

  #mapping(index: number): Mapping {
    const raw = this.#tables.mappingTable[index]!;
    return {
      memoryStart: raw.memoryStart ?? 0n,
      memoryLimit: raw.memoryLimit ?? 0n,
      fileOffset: raw.fileOffset ?? 0n,
      file: this.#text(raw.filenameStrindex),
      attributes: this.#attributes(raw.attributeIndices),
    };
  }

  #link(index: number): { traceId: string; spanId: string } {
    const { traceId, spanId } = this.#tables.linkTable[index]!;
    return { traceId: Buffer.from(traceId!).toString('hex'), spanId: Buffer.from(spanId!).toString('hex') };
  }

  #attributes(indices: readonly number[]): AttributesWithUnits {
    return Object.fromEntries(
      indices.map((index) => {
        const { keyStrindex, value, unitStrindex } = this.#tables.attributeTable[index]!;
        const unit = this.#text(unitStrindex);
        const plain = valueOf(value!);
        return [this.#text(keyStrindex), unit === '' ? plain : ({ value: plain, unit } as Quantity)];
      }),
    );
  }

  #valueType(raw: RawValueType | undefined): { type: string; unit: string } {
    return { type: this.#text(raw?.typeStrindex), unit: this.#text(raw?.unitStrindex) };
  }

  #text(index = 0): string {
    return this.#tables.stringTable[index]!;
  }
}

function plainAttributes(keyValues: readonly RawKeyValue[]): Attributes {
  return Object.fromEntries(keyValues.map(({ key, value }) => [key!, valueOf(value!)]));
}

function valueOf(value: RawAnyValue): AttributeValue {
  if (value.intValue !== undefined) return wholeNumber(value.intValue);
  if (value.arrayValue) return value.arrayValue.values.map(valueOf) as string[];
  return (value.stringValue ?? value.boolValue ?? value.doubleValue)!;
}
