/** A count with the standard error where it says something: where it exceeds a tenth of the count. */
export function countText(count: number, standardError: number): string {
  const text = decimal(count);
  return standardError > count / 10 ? `${text} ±${decimal(standardError)}` : text;
}

/** `93.4 %` */
export function shareText(part: number, whole: number): string {
  return `${(whole > 0 ? (100 * part) / whole : 0).toFixed(1)} %`;
}

/** Three digits or so, in the unit that fits; a dash for 0, which is what an unknown duration is. */
export function durationText(nanos: number): string {
  if (nanos === 0) return '-';
  const millis = nanos / 1e6;
  if (millis < 1) return `${Math.round(nanos / 1e3)} us`;
  if (millis < 1000) return `${Math.round(millis)} ms`;
  const seconds = millis / 1000;
  return seconds < 60 ? `${seconds.toFixed(2)} s` : `${(seconds / 60).toFixed(1)} min`;
}

function decimal(value: number): string {
  return value >= 999.5 ? value.toFixed(0) : value.toFixed(1);
}
