import { Mappings } from './mappings.ts';

/** Where generated code came from; 1-based, as stack frames are. */
export interface Original {
  /** A URL, or what the map has in its place. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** What the identifier that begins at just this position is called there, where the map says it. */
  readonly name: string | undefined;
}

/** A part of the generated code with mappings of its own; the whole of it, but for an indexed map. 0-based. */
interface Section {
  readonly line: number;
  readonly column: number;
  readonly mappings: Mappings;
  readonly sources: readonly string[];
  readonly names: readonly unknown[];
}

type Json = Readonly<Record<string, unknown>>;

/** A source map (ECMA-426), indexed ones included. */
export class SourceMap {
  readonly #sections: readonly Section[];

  /**
   * `json`: the parsed map. `url`: its own, which sources are relative to.
   *
   * @throws Error where it is none
   */
  constructor(json: unknown, url: string) {
    this.#sections = sectionsOf(json, url);
  }

  get hasNames(): boolean {
    return this.#sections.some(({ names }) => names.length > 0);
  }

  /** Gets ready, from where it stopped on, until `isTime()`; true when {@link original} can be asked. Throws where it is broken. */
  prepare(isTime: () => boolean): boolean {
    return this.#sections.every(({ mappings }) => mappings.index(isTime));
  }

  /** What is at a position; undefined where that is of no source. */
  original(line: number, column: number): Original | undefined {
    const [line0, column0] = [line - 1, column - 1];
    const section = this.#sections.findLast((one) => one.line < line0 || (one.line === line0 && one.column <= column0));
    if (section === undefined) return undefined;
    const inLine = line0 - section.line;
    const inColumn = inLine === 0 ? column0 - section.column : column0;
    const segment = section.mappings.find(inLine, inColumn);
    const source = segment && section.sources[segment.source];
    if (segment === undefined || source === undefined || source === '') return undefined;
    const name = segment.column === inColumn ? section.names[segment.name] : undefined;
    return {
      source,
      line: segment.originalLine + 1,
      column: segment.originalColumn + 1,
      name: typeof name === 'string' ? name : undefined,
    };
  }
}

function sectionsOf(json: unknown, url: string): Section[] {
  if (!isObject(json)) throw new Error('it is no JSON object');
  if (!Array.isArray(json.sections)) return [sectionOf(json, url)];
  return json.sections.flatMap((section: unknown) => {
    const { offset, map } = isObject(section) ? section : {};
    if (!isObject(offset)) throw new Error('one of its sections has no offset');
    const [line, column] = [Number(offset.line), Number(offset.column)];
    return sectionsOf(map, url).map((inner) => ({
      ...inner,
      line: inner.line + line,
      column: inner.line === 0 ? inner.column + column : inner.column,
    }));
  });
}

function sectionOf({ version, mappings, sources, sourceRoot, names }: Json, url: string): Section {
  if (Number(version) !== 3) throw new Error(`its version is ${String(version)}, not 3`);
  if (typeof mappings !== 'string') throw new Error('it has no mappings');
  if (!Array.isArray(sources)) throw new Error('it has no sources');
  const root = typeof sourceRoot === 'string' && sourceRoot !== '' ? sourceRoot.replace(/\/?$/, '/') : '';
  return {
    line: 0,
    column: 0,
    mappings: new Mappings(mappings),
    sources: sources.map((source: unknown) => (typeof source === 'string' ? resolved(root + source, url) : '')),
    names: Array.isArray(names) ? (names as unknown[]) : [],
  };
}

/** Bundlers have schemes of their own (`webpack://shop/./src/a.ts`), which are left as they are. */
function resolved(source: string, url: string): string {
  if (/^[a-z][a-z\d+.-]+:/i.test(source)) return source;
  return URL.parse(source, url)?.href ?? source;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
