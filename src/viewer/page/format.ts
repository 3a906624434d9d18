import type { FrameData } from '../page-data.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `1,234`, `12.3`, `0.45`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return number.format(value);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2).replace(/0$/, '').replace(/\.0$/, '');
}

/** `1 profile`, `1,234 profiles`. */
export function countText(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const DURATIONS = [
  [86_400e6, 'd'],
  [3_600e6, 'h'],
  [60e6, 'min'],
  [1e6, 's'],
  [1e3, 'ms'],
  [1, 'µs'],
] as const;

/** Of microseconds: `1.5 s`, `230 ms`. */
export function durationText(micros: number): string {
  const [size, unit] = DURATIONS.find(([least]) => Math.abs(micros) >= least) ?? [1, 'µs'];
  const value = micros / size;
  return `${Math.abs(value) >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '')} ${unit}`;
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(Math.abs(bytes), 1)) / 10), BYTES.length - 1);
  return `${numberText(bytes / 2 ** (10 * power))} ${BYTES[power]!}`;
}

/** A value in the unit of its profile. */
export function valueText(value: number, unit: string): string {
  if (unit === 'nanoseconds') return durationText(value / 1e3);
  if (unit === 'microseconds') return durationText(value);
  if (unit === 'milliseconds') return durationText(value * 1e3);
  if (unit === 'bytes') return bytesText(value);
  return numberText(value);
}

export function shareText(part: number, whole: number): string {
  if (whole === 0) return '';
  const share = (100 * part) / whole;
  return `${share >= 99.95 || share === 0 ? share.toFixed(0) : share.toPrecision(2)} %`;
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export function timeText(micros: number): string {
  return time.format(micros / 1e3);
}

/** Of ticks, in seconds, which may stand closer than a second: what the one before says already is left out. */
export function tickTexts(seconds: readonly number[]): string[] {
  const texts = seconds.map((second) => timeText(second * 1e6));
  return texts.map((text, at) => (text === texts[at - 1] ? '' : text));
}

export function dateTimeText(micros: number): string {
  return `${date.format(micros / 1e3)}, ${timeText(micros)}`;
}

const PACKAGES = '/node_modules/';

/** The package that a file belongs to, `node` for Node's own; '' for the application. */
export function ownerOf(file: string): string {
  if (file.startsWith('node:')) return 'node';
  const at = file.lastIndexOf(PACKAGES);
  if (at < 0) return '';
  const [scopeOrName = '', name = ''] = file.slice(at + PACKAGES.length).split('/', 2);
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
}

/** The last parts of a path: `pg-pool/index.js`. */
export function fileText(file: string): string {
  const at = file.lastIndexOf(PACKAGES);
  if (at >= 0) return file.slice(at + PACKAGES.length);
  return file.startsWith('node:') ? file : file.split('/').slice(-2).join('/');
}

export function nameText(name: string): string {
  return name === '' ? '<anonymous>' : name;
}

export function placeText({ file, line }: Pick<FrameData, 'file' | 'line'>): string {
  return file === '' ? '' : line > 0 ? `${fileText(file)}:${line}` : fileText(file);
}

/**
 * What a stack, leaf first, is about: the call into a package that it waits for, the function of the application that made it, and who called that:
 * `BoundPool.connect ← #withClient ← findOrders`.
 */
export function stackTitle(frames: readonly FrameData[]): string {
  if (frames.length === 0) return '(no stack)';
  const isOwn = ({ file }: FrameData): boolean => file !== '' && ownerOf(file) === '';
  const first = frames.findIndex(isOwn);
  if (first < 0) return nameText(frames[0]!.name);
  const called = frames
    .slice(0, first)
    .findLast(({ file }) => !ownerOf(file).startsWith('@opentelemetry') && ownerOf(file) !== 'node');
  const own = frames.slice(first).filter((frame) => isOwn(frame) && frame.name !== '' && frame.name !== '<anonymous>');
  return [called ?? frames[first - 1], ...own.slice(0, 2)]
    .filter((frame) => frame !== undefined)
    .map(({ name }) => nameText(name))
    .join(' ← ');
}

export function frameKey({ name, file }: Pick<FrameData, 'name' | 'file'>): string {
  return `${name}\n${file}`;
}
