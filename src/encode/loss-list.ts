/** One kind of thing that a conversion could not carry over, and how often. */
export interface ConversionLoss {
  /** In words, in the plural: `mappings that no sample refers to`. */
  readonly what: string;
  /** How many of them. */
  readonly count: number;
}

/** Counts what is lost, by kind. */
export class LossList {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** In the order of their first occurrence. */
  toArray(): ConversionLoss[] {
    return [...this.#counts].map(([what, count]) => ({ what, count }));
  }
}
