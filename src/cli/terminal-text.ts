/**
 * Text from a profile as a terminal may show it: what would move the cursor, change colours or turn the direction of writing is
 * replaced. Names come from whoever wrote the file.
 */
export function terminalText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\ufffd');
}
