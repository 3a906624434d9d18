/** Three digits or so in the unit that fits; a dash for what is not known. */
export function durationText(millis: number | undefined): string {
  if (millis === undefined) return '-';
  if (millis < 1) return `${Math.round(millis * 1e3)} us`;
  if (millis < 999.5) return `${Math.round(millis)} ms`;
  const seconds = millis / 1e3;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  if (seconds < 3_600) return `${(seconds / 60).toFixed(1)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

/** `93.4 %` */
export function shareText(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)} %`;
}

/** In the unit of a profile, with the standard error where it says something: where it exceeds a tenth of the value. */
export function valueText(value: number, standardError: number, unit: string): string {
  const text = inUnit(value, unit);
  return standardError > Math.abs(value) / 10 ? `${text} ±${inUnit(standardError, unit)}` : text;
}

export function inUnit(value: number, unit: string): string {
  if (unit === 'nanoseconds') return value < 0 ? `-${durationText(-value / 1e6)}` : durationText(value / 1e6);
  if (unit === 'bytes') return bytesText(value);
  return Number.isInteger(value) || Math.abs(value) >= 999.5 ? value.toFixed(0) : value.toFixed(1);
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

function bytesText(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3));
  return `${(bytes / 10 ** (3 * power)).toFixed(power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`;
}
