import type { StackFrame } from '../base/types.ts';
import { isQuantity } from './check-attributes.ts';
import { isLocation } from './location.ts';
import type {
  AttributesWithUnits,
  AttributeValue,
  Line,
  Location,
  Mapping,
  Profile,
  ProfileSample,
  ProfilesData,
  Quantity,
  StackEntry,
} from './model.ts';

/**
 * A profile as text for people and for golden files: samples from the largest value down, equal ones by what they are, so
 * that equal profiles give equal texts whatever the order of their samples. Ends with a line feed.
 */
export function profileText(profile: Profile): string {
  const samples = profile.samples
    .map((sample) => ({ value: sample.value, lines: sampleLines(sample) }))
    .toSorted((a, b) => compare(b.value, a.value) || compare(a.lines.join('\n'), b.lines.join('\n')));
  return [
    ...headerLines(profile),
    ...samples.flatMap(({ lines }) => ['', ...lines]),
    ...mappingLines(profile),
    '',
  ].join('\n');
}

/** All that is exported in one message, as text: who is profiled, by what, and each profile. Ends with a line feed. */
export function profilesDataText({ resource, scope, profiles }: ProfilesData): string {
  const head = [
    'resource',
    ...attributeLines(resource.attributes),
    `scope ${scope.name} ${scope.version}`.trimEnd(),
    ...attributeLines(scope.attributes ?? {}),
    '',
  ].join('\n');
  return [head, ...profiles.map(profileText)].join('\n');
}

function headerLines({ sampleType, periodType, ...profile }: Profile): string[] {
  const payload = profile.originalPayload;
  return [
    `${sampleType.type}/${sampleType.unit}, period ${String(profile.period)} ${periodType.type}/${periodType.unit}`,
    `time ${profile.timeUnixNano.toString()} ns, duration ${profile.durationNano.toString()} ns`,
    ...(payload ? [`from ${payload.format}, ${payload.bytes.length} bytes`] : []),
    ...attributeLines(profile.attributes),
  ];
}

function sampleLines({ value, stack, attributes, link, timed = [] }: ProfileSample): string[] {
  return [
    String(value),
    ...timed.map((part) => `  ${String(part.value)} at ${part.timeUnixNano.toString()} ns`),
    ...attributeLines(attributes),
    ...(link ? [`  trace ${link.traceId} span ${link.spanId}`] : []),
    ...stack.flatMap((entry) => entryLines(entry).map((line) => `    ${line}`)),
  ];
}

function mappingLines({ samples }: Profile): string[] {
  const mappings = new Set<Mapping>();
  for (const { stack } of samples) {
    for (const entry of stack) if (isLocation(entry) && entry.mapping) mappings.add(entry.mapping);
  }
  return [...new Set([...mappings].map(mappingText))].toSorted(compare).flatMap((mapping) => ['', mapping]);
}

function mappingText({ memoryStart, memoryLimit, fileOffset, file, attributes }: Mapping): string {
  const range = `${hex(memoryStart)}-${hex(memoryLimit)}`;
  return [`mapping ${range} ${file} at ${hex(fileOffset)}`, ...attributeLines(attributes)].join('\n');
}

function attributeLines(attributes: AttributesWithUnits): string[] {
  return attributeTexts(attributes).map((text) => `  ${text}`);
}

function attributeTexts(attributes: AttributesWithUnits): string[] {
  return Object.entries(attributes)
    .toSorted(([a], [b]) => compare(a, b))
    .map(([key, value]) => `${key} = ${valueText(value)}`);
}

function valueText(value: AttributeValue | Quantity): string {
  if (isQuantity(value)) return `${valueText(value.value)} ${value.unit}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function entryLines(entry: StackEntry): string[] {
  return isLocation(entry) ? locationLines(entry) : [frameText(entry)];
}

function locationLines({ lines, address, mapping, attributes }: Location): string[] {
  const place = address === 0n && !mapping ? [] : [`at ${hex(address)}${mapping ? ` of ${mapping.file}` : ''}`];
  const details = [...place, ...attributeTexts(attributes)].map((text) => ` [${text}]`).join('');
  if (lines.length === 0) return [`?${details}`];
  const last = lines.length - 1;
  return lines.map((line, index) => lineText(line) + (index < last ? ' (inlined)' : details));
}

function lineText(line: Line): string {
  const start = line.startLine === 0 ? '' : ` (from line ${line.startLine})`;
  const symbol = ['', line.functionName].includes(line.systemName) ? '' : ` (${line.systemName})`;
  return frameText(line) + start + symbol;
}

function frameText({ functionName, file, line, column }: StackFrame): string {
  const name = functionName === '' ? '<anonymous>' : functionName;
  return file === '' ? name : `${name} ${file}:${line}:${column}`;
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

// Not localeCompare: the text must be the same on every machine.
function compare<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
