import type * as PprofFormat from 'pprof-format';
import { locationIdentity } from '../profile/identity.ts';
import { entryOf, FRAME_TYPE } from '../profile/location.ts';
import type { AttributesWithUnits, Line, Mapping, StackEntry } from '../profile/model.ts';
import { InvalidPprofError } from './invalid-pprof.ts';
import type { LossList } from './loss-list.ts';
import { BuildIdAttribute, PprofAttribute } from './pprof-names.ts';
import { signed, unsigned } from './pprof-numbers.ts';

type Id = number | bigint;

/** The tables of a decoded pprof, with every reference checked. Locations that are alike become one. */
export class PprofReadTables {
  readonly #strings: readonly string[];
  readonly #locations: ReadonlyMap<string, PprofFormat.Location>;
  readonly #functions: ReadonlyMap<string, PprofFormat.Function>;
  readonly #mappings: ReadonlyMap<string, PprofFormat.Mapping>;
  readonly #readEntries = new Map<string, StackEntry>();
  readonly #readMappings = new Map<string, Mapping>();
  readonly #usedFunctions = new Set<string>();
  readonly #alike = new Map<string, StackEntry>();
  readonly #frameType: AttributesWithUnits;
  readonly #losses: LossList;

  constructor(pprof: PprofFormat.Profile, frameType: string | undefined, losses: LossList) {
    this.#strings = pprof.stringTable.strings;
    if (this.#strings[0] !== '') throw new InvalidPprofError('the first entry of its string table is not empty');
    this.#locations = byId('location', pprof.location);
    this.#functions = byId('function', pprof.function);
    this.#mappings = byId('mapping', pprof.mapping);
    this.#frameType = frameType === undefined ? {} : { [FRAME_TYPE]: frameType };
    this.#losses = losses;
  }

  text(index: Id): string {
    const text = this.#strings[Number(index)];
    if (text === undefined) {
      throw new InvalidPprofError(`string ${String(index)} is not in its table of ${this.#strings.length}`);
    }
    return text;
  }

  /** `where` is for the error. */
  entry(id: Id, where: string): StackEntry {
    const key = String(id);
    let entry = this.#readEntries.get(key);
    if (entry === undefined) {
      const read = this.#readLocation(found(this.#locations, id, 'location', where));
      const identity = locationIdentity(read);
      this.#alike.set(identity, (entry = this.#alike.get(identity) ?? read));
      this.#readEntries.set(key, entry);
    }
    return entry;
  }

  /** Counts what was not asked for: a table of OTLP holds only what something refers to. Once, at the end. */
  countUnused(): void {
    this.#losses.add('locations that no sample refers to', this.#locations.size - this.#readEntries.size);
    this.#losses.add('functions that no sample refers to', this.#functions.size - this.#usedFunctions.size);
    this.#losses.add('mappings that no sample refers to', this.#mappings.size - this.#readMappings.size);
  }

  #readLocation({ id, mappingId, address, line, isFolded }: PprofFormat.Location): StackEntry {
    const where = `location ${String(id)}`;
    return entryOf({
      lines: line.map((one) => this.#readLine(one, where)),
      address: unsigned(address),
      ...(Number(mappingId) === 0 ? {} : this.#mapping(mappingId, where)),
      attributes: { ...this.#frameType, ...(isFolded ? { [PprofAttribute.isFolded]: true } : {}) },
    });
  }

  #readLine({ functionId, line, column }: PprofFormat.Line, where: string): Line {
    const called = Number(functionId) === 0 ? undefined : found(this.#functions, functionId, 'function', where);
    if (called) this.#usedFunctions.add(String(functionId));
    return {
      functionName: this.text(called?.name ?? 0),
      systemName: this.text(called?.systemName ?? 0),
      file: this.text(called?.filename ?? 0),
      startLine: this.#position(called?.startLine ?? 0),
      line: this.#position(line),
      column: this.#position(column),
    };
  }

  #position(value: Id): number {
    const position = Number(signed(value));
    if (Number.isSafeInteger(position) && position >= 0) return position;
    this.#losses.add('lines and columns below 0 or beyond 2^53; set to 0');
    return 0;
  }

  /** None for one that says nothing, which is how OTLP writes that there is none. */
  #mapping(id: Id, where: string): { readonly mapping?: Mapping } {
    const key = String(id);
    let mapping = this.#readMappings.get(key);
    if (mapping === undefined) {
      mapping = this.#readMapping(found(this.#mappings, id, 'mapping', where));
      this.#readMappings.set(key, mapping);
    }
    return isEmpty(mapping) ? {} : { mapping };
  }

  #readMapping(mapping: PprofFormat.Mapping): Mapping {
    return {
      memoryStart: unsigned(mapping.memoryStart),
      memoryLimit: unsigned(mapping.memoryLimit),
      fileOffset: unsigned(mapping.fileOffset),
      file: this.text(mapping.filename),
      attributes: {
        ...buildIdAttribute(this.text(mapping.buildId)),
        ...(mapping.hasFunctions ? { [PprofAttribute.hasFunctions]: true } : {}),
        ...(mapping.hasFilenames ? { [PprofAttribute.hasFilenames]: true } : {}),
        ...(mapping.hasLineNumbers ? { [PprofAttribute.hasLineNumbers]: true } : {}),
        ...(mapping.hasInlineFrames ? { [PprofAttribute.hasInlineFrames]: true } : {}),
      },
    };
  }
}

/** pprof does not say what kind of build id it has; Go's own are four parts with slashes between. */
function buildIdAttribute(buildId: string): AttributesWithUnits {
  if (buildId === '') return {};
  return { [buildId.includes('/') ? BuildIdAttribute.go : BuildIdAttribute.gnu]: buildId };
}

function isEmpty({ memoryStart, memoryLimit, fileOffset, file, attributes }: Mapping): boolean {
  const numbers = [memoryStart, memoryLimit, fileOffset];
  return numbers.every((number) => number === 0n) && file === '' && Object.keys(attributes).length === 0;
}

function byId<Row extends { id: Id }>(table: string, rows: readonly Row[]): Map<string, Row> {
  const map = new Map<string, Row>();
  for (const row of rows) {
    if (Number(row.id) === 0) throw new InvalidPprofError(`a ${table} has no id`);
    if (map.has(String(row.id))) throw new InvalidPprofError(`two ${table}s have the id ${String(row.id)}`);
    map.set(String(row.id), row);
  }
  return map;
}

function found<Row>(rows: ReadonlyMap<string, Row>, id: Id, table: string, where: string): Row {
  const row = rows.get(String(id));
  if (row === undefined) throw new InvalidPprofError(`${where}: ${table} ${String(id)} is not there`);
  return row;
}
