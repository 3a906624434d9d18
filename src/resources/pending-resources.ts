import { nowMillis } from '../base/clock.ts';
import { withCallSites } from '../capture/call-sites.ts';
import type { ResourceRecord } from './resource-record.ts';
import type { ResourceResolver } from './resource-resolver.ts';
import type { ResourceTable } from './resource-table.ts';

/** The sampled resources whose stacks are not resolved yet. Most have ended by the time that they would be: these never are. */
export class PendingResources {
  readonly #table: ResourceTable;
  readonly #resolver: ResourceResolver;
  #queue: ResourceRecord[] = [];
  #next = 0;

  constructor(table: ResourceTable, resolver: ResourceResolver) {
    this.#table = table;
    this.#resolver = resolver;
  }

  get size(): number {
    return this.#queue.length - this.#next;
  }

  add(record: ResourceRecord): void {
    this.#queue.push(record);
  }

  /** Resolves for about `budgetMillis`, in the order of making; true when nothing is left. */
  resolve(budgetMillis: number): boolean {
    if (this.size === 0) return true;
    const deadline = nowMillis() + budgetMillis;
    withCallSites(() => {
      do this.#resolveNext();
      while (this.size > 0 && nowMillis() < deadline);
    });
    if (this.size > 0) return false;
    this.clear();
    return true;
  }

  clear(): void {
    this.#queue = [];
    this.#next = 0;
  }

  #resolveNext(): void {
    const record = this.#queue[this.#next++]!;
    if (!this.#table.has(record)) return;
    if (record.live === undefined || !this.#resolver.resolve(record)) this.#table.delete(record);
  }
}
