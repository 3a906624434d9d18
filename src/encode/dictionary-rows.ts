import type { AttributeValue } from '../profile/model.ts';

// The rows of a dictionary's tables, as OTLP has them. `...Strindex` and `...Index` refer to other tables, 0 to nothing.

export interface MappingRow {
  readonly memoryStart: bigint;
  readonly memoryLimit: bigint;
  readonly fileOffset: bigint;
  readonly filenameStrindex: number;
  readonly attributeIndices: readonly number[];
}

export interface FunctionRow {
  readonly nameStrindex: number;
  readonly systemNameStrindex: number;
  readonly filenameStrindex: number;
  readonly startLine: number;
}

export interface LineRow {
  readonly functionIndex: number;
  readonly line: number;
  readonly column: number;
}

export interface LocationRow {
  readonly mappingIndex: number;
  readonly address: bigint;
  /** Innermost first. */
  readonly lines: readonly LineRow[];
  readonly attributeIndices: readonly number[];
}

export interface AttributeRow {
  readonly keyStrindex: number;
  readonly value: AttributeValue | undefined;
  readonly unitStrindex: number;
}

export const NO_MAPPING: MappingRow = {
  memoryStart: 0n,
  memoryLimit: 0n,
  fileOffset: 0n,
  filenameStrindex: 0,
  attributeIndices: [],
};
export const NO_FUNCTION: FunctionRow = { nameStrindex: 0, systemNameStrindex: 0, filenameStrindex: 0, startLine: 0 };
export const NO_LOCATION: LocationRow = { mappingIndex: 0, address: 0n, lines: [], attributeIndices: [] };
export const NO_ATTRIBUTE: AttributeRow = { keyStrindex: 0, value: undefined, unitStrindex: 0 };

export function mappingKey(row: MappingRow): string {
  const { memoryStart, memoryLimit, fileOffset, filenameStrindex, attributeIndices } = row;
  return [memoryStart, memoryLimit, fileOffset, filenameStrindex, attributeIndices.join()].join(':');
}

export function functionKey(row: FunctionRow): string {
  return `${row.nameStrindex}:${row.systemNameStrindex}:${row.filenameStrindex}:${row.startLine}`;
}

export function locationKey({ mappingIndex, address, lines, attributeIndices }: LocationRow): string {
  const calls = lines.map(({ functionIndex, line, column }) => `${functionIndex}:${line}:${column}`).join();
  return `${mappingIndex}:${address.toString()}:${calls}:${attributeIndices.join()}`;
}

/** Equal for values that are written alike only: 1, '1', true and [1] are different values of one key. */
export function attributeKey({ keyStrindex, value, unitStrindex }: AttributeRow): string {
  return `${keyStrindex}:${unitStrindex}:${valueKey(value)}`;
}

type Numbers = readonly (number | bigint)[];

/** As bytes, a character each, where a number holds every value: a thousand numbers as decimals take half a millisecond. */
function numbersKey(values: Numbers): string {
  if (!values.every(isHeldByNumber)) return `integers ${values.join()}`;
  return `numbers ${Buffer.from(Float64Array.from(values, Number).buffer).toString('latin1')}`;
}

function isHeldByNumber(value: number | bigint): boolean {
  return typeof value === 'number' || Number.isSafeInteger(Number(value));
}

function valueKey(value: AttributeValue | undefined): string {
  if (typeof value === 'object') {
    return typeof value[0] === 'string' ? `strings ${JSON.stringify(value)}` : numbersKey(value as Numbers);
  }
  const isInteger = typeof value === 'bigint' || Number.isSafeInteger(value);
  return isInteger ? `integer ${String(value)}` : `${typeof value} ${String(value)}`;
}
