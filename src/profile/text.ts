import type { StackFrame } from '../base/types.ts';
import type { Attributes, AttributeValue, Profile, ProfileSample } from './model.ts';

/**
 * A profile as text for people and for golden files: samples from the largest value down, equal ones by what they are, so
 * that equal profiles give equal texts whatever the order of their samples. Ends with a line feed.
 */
export function profileText(profile: Profile): string {
  const samples = profile.samples
    .map((sample) => ({ value: sample.value, lines: sampleLines(sample) }))
    .toSorted((a, b) => b.value - a.value || compare(a.lines.join('\n'), b.lines.join('\n')));
  return [...headerLines(profile), ...samples.flatMap(({ lines }) => ['', ...lines]), ''].join('\n');
}

function headerLines(profile: Profile): string[] {
  const { sampleType, periodType } = profile;
  return [
    `${sampleType.type}/${sampleType.unit}, period ${profile.period} ${periodType.type}/${periodType.unit}`,
    `time ${profile.timeUnixNano.toString()} ns, duration ${profile.durationNano.toString()} ns`,
    ...attributeLines(profile.attributes),
  ];
}

function sampleLines({ value, stack, attributes, link }: ProfileSample): string[] {
  return [
    String(value),
    ...attributeLines(attributes),
    ...(link ? [`  trace ${link.traceId} span ${link.spanId}`] : []),
    ...stack.map((frame) => `    ${frameText(frame)}`),
  ];
}

function attributeLines(attributes: Attributes): string[] {
  return Object.entries(attributes)
    .toSorted(([a], [b]) => compare(a, b))
    .map(([key, value]) => `  ${key} = ${valueText(value)}`);
}

function valueText(value: AttributeValue): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function frameText({ functionName, file, line, column }: StackFrame): string {
  const name = functionName === '' ? '<anonymous>' : functionName;
  return file === '' ? name : `${name} ${file}:${line}:${column}`;
}

// Not localeCompare: the text must be the same on every machine.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
