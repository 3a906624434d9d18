import type * as PprofFormat from 'pprof-format';
import { locationIdentity } from '../profile/identity.ts';
import { locationOf } from '../profile/location.ts';
import type { AttributesWithUnits, Line, Mapping, StackEntry } from '../profile/model.ts';
import type { PprofLibrary } from './pprof-library.ts';
import { BuildIdAttribute, PprofAttribute } from './pprof-names.ts';

/** The tables of one pprof: a location for each place, a function for each name in a file, each once, ids from 1 on. */
export class PprofTables {
  readonly locations: PprofFormat.Location[] = [];
  readonly functions: PprofFormat.Function[] = [];
  readonly mappings: PprofFormat.Mapping[] = [];
  readonly strings: PprofFormat.StringTable;
  readonly #library: PprofLibrary;
  // Entries of one snapshot are shared: most are known by what they are, without a key of their text.
  readonly #idsOfEntries = new Map<StackEntry, number>();
  readonly #ids = new Map<string, number>();

  constructor(library: PprofLibrary) {
    this.#library = library;
    this.strings = new library.StringTable();
  }

  text(text: string): number {
    return this.strings.dedup(text);
  }

  locationId(entry: StackEntry): number {
    let id = this.#idsOfEntries.get(entry);
    if (id === undefined) {
      id = this.#idOf(`location ${locationIdentity(entry)}`, () => this.#addLocation(entry));
      this.#idsOfEntries.set(entry, id);
    }
    return id;
  }

  #idOf(key: string, add: () => number): number {
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = add()));
    return id;
  }

  #addLocation(entry: StackEntry): number {
    const { lines, address, mapping, attributes } = locationOf(entry);
    const id = this.locations.length + 1;
    const fields = {
      id,
      mappingId: mapping ? this.#mappingId(mapping) : 0,
      address,
      line: lines.map((line) => this.#line(line)),
      isFolded: attributes[PprofAttribute.isFolded] === true,
    };
    this.locations.push(new this.#library.Location(fields));
    return id;
  }

  #line(line: Line): PprofFormat.Line {
    const { functionName, file, systemName, startLine } = line;
    const key = `function ${JSON.stringify([functionName, file, systemName, startLine])}`;
    const functionId = this.#idOf(key, () => this.#addFunction(line));
    return new this.#library.Line({ functionId, line: line.line, column: line.column });
  }

  #addFunction({ functionName, file, systemName, startLine }: Line): number {
    const id = this.functions.length + 1;
    const fields = {
      id,
      name: this.text(functionName),
      // Not the name where there is none: where both are equal Go takes them for C++ and cuts what is in angle brackets.
      systemName: this.text(systemName),
      filename: this.text(file),
      startLine,
    };
    this.functions.push(new this.#library.Function(fields));
    return id;
  }

  #mappingId(mapping: Mapping): number {
    const { memoryStart, memoryLimit, fileOffset, file, attributes } = mapping;
    const fields = {
      memoryStart,
      memoryLimit,
      fileOffset,
      filename: this.text(file),
      buildId: this.text(buildIdOf(attributes)),
      hasFunctions: attributes[PprofAttribute.hasFunctions] === true,
      hasFilenames: attributes[PprofAttribute.hasFilenames] === true,
      hasLineNumbers: attributes[PprofAttribute.hasLineNumbers] === true,
      hasInlineFrames: attributes[PprofAttribute.hasInlineFrames] === true,
    };
    return this.#idOf(`mapping ${Object.values(fields).map(String).join()}`, () => {
      const id = this.mappings.length + 1;
      this.mappings.push(new this.#library.Mapping({ id, ...fields }));
      return id;
    });
  }
}

function buildIdOf(attributes: AttributesWithUnits): string {
  const id = attributes[BuildIdAttribute.gnu] ?? attributes[BuildIdAttribute.go];
  return typeof id === 'string' ? id : '';
}
