import type { DatabaseSync } from 'node:sqlite';
import type { Attributes } from '../profile/model.ts';
import { Interner } from './interner.ts';
import { attributesJson, clipped, type Growth } from './limits.ts';

/** Writes who sent what. */
export class ResourceWriter {
  readonly #resources: Interner;

  constructor(database: DatabaseSync) {
    this.#resources = new Interner(
      database.prepare(
        `insert into resource (identity, service, instance, attributes) values (?, ?, ?, ?) on conflict do nothing`,
      ),
      database.prepare(
        'select id from resource where identity = ? and service = ? and instance = ? and attributes = ?',
      ),
    );
  }

  id(attributes: Attributes, growth: Growth): number {
    const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const json = attributesJson(Object.fromEntries(sorted));
    // Attributes of the same text may have other names: a list of one name is none.
    const names = [nameOf(attributes, 'service.name'), nameOf(attributes, 'service.instance.id')] as const;
    const identity = JSON.stringify([...names, json]);
    const values = [identity, ...names, json];
    return this.#resources.id(identity, values, () => growth.add(2 * identity.length));
  }

  forget(): void {
    this.#resources.forget();
  }
}

function nameOf(attributes: Attributes, name: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? clipped(value) : '';
}
