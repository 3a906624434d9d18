const KEY = 'sourceMappingURL=';

/** The URL in the comment that ends generated code; undefined where none does. */
export function sourceMapUrl(code: string): string | undefined {
  const at = code.lastIndexOf(KEY);
  if (at < 0 || !/(?:\/\/|\/\*)[#@][ \t]*$/.test(code.slice(Math.max(0, at - 8), at))) return undefined;
  const [url = '', ...rest] = code.slice(at + KEY.length).split(/\s+/);
  // With quotes it is in a string.
  return /^[^'"`]+$/.test(url) && rest.every((text) => text === '' || text === '*/') ? url : undefined;
}

/** The text behind a `data:` URL; undefined where it is another. Throws an Error for one that can't be read. */
export function dataUrlText(url: string): string | undefined {
  if (!/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(',');
  if (comma < 0) throw new Error('its data: URL has no data');
  const data = url.slice(comma + 1);
  return /;base64$/i.test(url.slice(0, comma)) ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data);
}
