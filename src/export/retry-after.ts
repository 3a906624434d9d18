/**
 * Milliseconds that a `Retry-After` header asks to wait: whole seconds, or a date, where `now` is milliseconds since 1970.
 * 0 for a time that is over, undefined for what is neither.
 */
export function retryAfterMillis(header: string | undefined, now: number = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // JavaScript makes a date of almost any text with a number in it.
  if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(text)) return undefined;
  const millis = Date.parse(text) - now;
  return Number.isNaN(millis) ? undefined : Math.max(0, millis);
}
