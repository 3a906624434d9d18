import type { Labels } from '../base/types.ts';

/** `route="/orders" shard=3`; names that could be misread are quoted as well. */
export function labelsText(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '(no labels)';
  return entries.map(([name, value]) => `${nameText(name)}=${JSON.stringify(value)}`).join(' ');
}

function nameText(name: string): string {
  return /^[^\s"=]+$/.test(name) ? name : JSON.stringify(name);
}
