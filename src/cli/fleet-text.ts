import type { FleetFrame } from '../analyze/fleet-frame.ts';
import { stackRows } from './stack-rows.ts';
import { inUnit } from './quantities.ts';

/** A value in its unit: with three digits where it is small, as means are. */
export function quantityText(value: number, unit: string): string {
  if (unit === 'nanoseconds' || unit === 'bytes' || Number.isInteger(value)) return inUnit(value, unit);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

const INSTANCES = ['service.instance.id', 'k8s.pod.name', 'host.name', 'process.pid'];

/** Whose profile it is: `shop pod-7`, or the file where it does not say. */
export function profileName(profile: {
  readonly resource: Readonly<Record<string, string>>;
  readonly file: string;
}): string {
  const { resource, file } = profile;
  const instance = INSTANCES.map((name) => resource[name]).find((text) => text !== undefined && text !== '');
  const texts = [resource['service.name'], instance].filter((text) => text !== undefined && text !== '');
  return texts.length > 0 ? texts.join(' ') : file;
}

/** The rows of a stack, leaf first, as one text. */
export function stackText(frames: readonly FleetFrame[], maxFrames: number): string {
  const stack = frames.map((frame) => ({ ...frame, column: 0 }));
  const entry = {
    stack,
    awaitIndex: undefined,
    value: 0,
    standardError: 0,
    oldestWaitMillis: undefined,
    labels: {},
    span: undefined,
  };
  const rows = stackRows(entry, true).toReversed();
  const texts = rows.map(({ name, place }) => (place === '' ? name : `${name} ${place}`));
  const rest = texts.length - maxFrames;
  return [...texts.slice(0, maxFrames), ...(rest > 0 ? [`${rest} more`] : [])].join(' < ');
}
