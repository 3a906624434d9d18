import type { Profile, Sample } from 'pprof-format';
import { attributesIdentity } from '../profile/identity.ts';
import type { ProfileSample, StackEntry } from '../profile/model.ts';
import { addWhole, isInt64 } from '../profile/whole-number.ts';
import { InvalidPprofError } from './invalid-pprof.ts';
import type { LossList } from './loss-list.ts';
import { whole } from './pprof-numbers.ts';
import { readLabels } from './pprof-read-labels.ts';
import type { PprofReadTables } from './pprof-read-tables.ts';

interface ReadSample extends Omit<ProfileSample, 'value'> {
  values: (number | bigint)[];
}

/**
 * The samples of a pprof for each of its sample types. Those that are alike are added up, as OTLP wants each {stack,
 * attributes, link} once. A value of 0 is left out, unless all of a sample's are: then the first is kept.
 */
export function readSamples(pprof: Profile, tables: PprofReadTables, losses: LossList): ProfileSample[][] {
  const samples = joinedSamples(pprof, tables, losses);
  return pprof.sampleType.map((_, type) => samples.flatMap((sample) => ofType(sample, type)));
}

function ofType({ values, ...sample }: ReadSample, type: number): ProfileSample[] {
  const value = values[type]!;
  const isKept = Number(value) !== 0 || (type === 0 && values.every((one) => Number(one) === 0));
  return isKept ? [{ ...sample, value }] : [];
}

function joinedSamples(pprof: Profile, tables: PprofReadTables, losses: LossList): ReadSample[] {
  const stacks = new SharedStacks();
  const joined = new Map<string, ReadSample>();
  for (const [index, sample] of pprof.sample.entries()) {
    const where = `sample ${index}`;
    const values = valuesOf(sample, pprof.sampleType.length, where);
    const { id, stack } = stacks.share(sample.locationId.map((location) => tables.entry(location, where)));
    const labelled = readLabels(sample.label, (text) => tables.text(text), losses);
    const { attributes, link } = labelled;
    const key = `${id} ${attributesIdentity(attributes)} ${link ? link.traceId + link.spanId : ''}`;
    const known = joined.get(key);
    if (known === undefined) {
      joined.set(key, { stack, ...labelled, values });
    } else {
      losses.add('samples of a stack and labels that another has; added to that');
      known.values = known.values.map((value, type) => sumOf(value, values[type]!, where));
    }
  }
  return [...joined.values()];
}

function valuesOf({ value }: Sample, types: number, where: string): (number | bigint)[] {
  if (value.length !== types) {
    throw new InvalidPprofError(`${where} has ${value.length} values, there are ${types} sample types`);
  }
  return value.map(whole);
}

function sumOf(a: number | bigint, b: number | bigint, where: string): number | bigint {
  const sum = addWhole(a, b);
  if (!isInt64(sum)) throw new InvalidPprofError(`${where}: the sum with one that is alike does not fit 64 bits`);
  return sum;
}

/** Equal stacks as one object. */
class SharedStacks {
  readonly #entryIds = new Map<StackEntry, number>();
  readonly #stacks = new Map<string, { readonly id: number; readonly stack: readonly StackEntry[] }>();

  share(stack: readonly StackEntry[]): { readonly id: number; readonly stack: readonly StackEntry[] } {
    const key = stack.map((entry) => this.#entryId(entry)).join();
    const known = this.#stacks.get(key);
    if (known) return known;
    const shared = { id: this.#stacks.size, stack };
    this.#stacks.set(key, shared);
    return shared;
  }

  #entryId(entry: StackEntry): number {
    const id = this.#entryIds.get(entry) ?? this.#entryIds.size;
    this.#entryIds.set(entry, id);
    return id;
  }
}
