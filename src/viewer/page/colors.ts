import { ownerOf } from './format.ts';

/** Of series in the order of their size; the last is that of all others. Readable on both grounds. */
export const SERIES_COLORS = ['#3b82a0', '#e0a458', '#7a6fb0', '#5aa469', '#c96f6f', '#4fb3bf', '#a98252'] as const;
export const OTHERS_COLOR = '#8a929c';

export function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
}

/** The application's frames are warm, those of packages cool with a hue each, Node's grey. */
export function frameColor(name: string, file: string, dark: boolean): string {
  const owner = ownerOf(file);
  const shade = (hashOf(name) % 7) - 3;
  const light = (dark ? 36 : 76) + shade;
  if (owner === 'node') return `hsl(215 8% ${light}%)`;
  if (owner === '') return `hsl(${34 + shade} ${dark ? 45 : 72}% ${light}%)`;
  return `hsl(${170 + (hashOf(owner) % 70)} ${dark ? 26 : 38}% ${light}%)`;
}

export function rootColor(dark: boolean): string {
  return dark ? 'hsl(210 10% 26%)' : 'hsl(210 14% 91%)';
}

/** Red is more, blue less; the stronger the greater the part of what there is in both. */
export function differenceColor(first: number, second: number, dark: boolean): string {
  const most = Math.max(Math.abs(first), Math.abs(second));
  const change = most === 0 ? 0 : (second - first) / most;
  const strength = Math.round(Math.abs(change) * 100);
  if (strength < 2) return dark ? 'hsl(215 6% 34%)' : 'hsl(215 8% 86%)';
  const hue = change > 0 ? 8 : 212;
  return dark
    ? `hsl(${hue} ${20 + strength * 0.4}% ${34 + strength * 0.06}%)`
    : `hsl(${hue} ${30 + strength * 0.5}% ${88 - strength * 0.2}%)`;
}

function hashOf(text: string): number {
  let hash = 7;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) >>> 0;
  return hash;
}
