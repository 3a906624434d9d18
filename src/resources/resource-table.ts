import type { Random } from '../base/random.ts';
import type { ResourceRecord } from './resource-record.ts';

/**
 * The sampled resources, oldest first: at most `maxResources` of them live. That one has ended is looked up, not told: a `destroy`
 * hook would cost every promise of a process in which another hook tracks them, and every `AsyncResource`. So ended ones stay
 * until as many have come as there is room for; then they are swept out, which makes two looks for each that came.
 */
export class ResourceTable {
  readonly #records = new Map<number, ResourceRecord>();
  readonly #maxResources: number;
  readonly #random: Random;
  readonly #onFull: () => void;
  #thinned = 0;

  constructor(maxResources: number, random: Random, onFull: () => void) {
    this.#maxResources = maxResources;
    this.#random = random;
    this.#onFull = onFull;
  }

  /** Those that have ended since they were looked at last included. */
  get records(): Iterable<ResourceRecord> {
    return this.#records.values();
  }

  get size(): number {
    return this.#records.size;
  }

  /** Live ones given up because there were too many. */
  get thinned(): number {
    return this.#thinned;
  }

  /** Whether there is room for those of a doubled sampling probability, and then some. */
  get hasAmpleRoom(): boolean {
    return this.#records.size * 4 <= this.#maxResources;
  }

  get(asyncId: number): ResourceRecord | undefined {
    return this.#records.get(asyncId);
  }

  has(record: ResourceRecord): boolean {
    return this.#records.get(record.asyncId) === record;
  }

  add(record: ResourceRecord): void {
    this.#records.set(record.asyncId, record);
    if (this.#records.size < 2 * this.#maxResources) return;
    this.sweep();
    while (this.#records.size > this.#maxResources) this.#thin();
  }

  delete(record: ResourceRecord): void {
    if (this.has(record)) this.#records.delete(record.asyncId);
  }

  /** Lets go of those that have ended. 0.1 us each. */
  sweep(): void {
    for (const record of this.#records.values()) if (record.live === undefined) this.#records.delete(record.asyncId);
  }

  clear(): void {
    this.#records.clear();
  }

  /** Each stays with probability 1/2 and twice the weight, so sums of weights stay unbiased. */
  #thin(): void {
    for (const record of this.#records.values()) {
      if (this.#random() < 0.5) record.weight *= 2;
      else {
        this.#records.delete(record.asyncId);
        this.#thinned++;
      }
    }
    this.#onFull();
  }
}
