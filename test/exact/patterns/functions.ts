import type { Pattern } from '../../support/patterns.ts';

const parked = [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await a' }] as const;
const resumed = [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await b' }] as const;

/** The same nested call, written with every kind of function that JavaScript has. */
function kind(name: string, source: string): Pattern {
  return { name, source, parked, resumed };
}

export const functions: readonly Pattern[] = [
  kind(
    'class methods',
    `
class Service {
  async leaf(a, b) {
    await a;
    await b;
  }
  async outer(a, b) { await this.leaf(a, b); }
}
const start = (a, b) => new Service().outer(a, b);`,
  ),
  {
    name: 'private methods',
    source: `
class Service {
  async #hidden(a, b) {
    await a;
    await b;
  }
  async outer(a, b) { await this.#hidden(a, b); }
}
const start = (a, b) => new Service().outer(a, b);`,
    parked: [{ at: '#hidden', tasks: 1, callers: ['outer', 'start'], line: 'await a' }],
    resumed: [{ at: '#hidden', tasks: 1, callers: ['outer'], line: 'await b' }],
  },
  kind(
    'static methods and inherited methods',
    `
class Base {
  static async leaf(a, b) {
    await a;
    await b;
  }
  async outer(a, b) { await Base.leaf(a, b); }
}
class Derived extends Base {
  async outer(a, b) { await super.outer(a, b); }
}
const start = (a, b) => new Derived().outer(a, b);`,
  ),
  kind(
    'class fields that hold async arrow functions',
    `
class Service {
  leaf = async (a, b) => {
    await a;
    await b;
  };
  outer = async (a, b) => { await this.leaf(a, b); };
}
const start = (a, b) => new Service().outer(a, b);`,
  ),
  kind(
    'async arrow functions',
    `
const leaf = async (a, b) => {
  await a;
  await b;
};
const outer = async (a, b) => await leaf(a, b);
const start = (a, b) => outer(a, b);`,
  ),
  kind(
    'object methods, computed and optional',
    `
const service = {
  async leaf(a, b) {
    await a;
    await b;
  },
  async ['outer'](a, b) { await service?.leaf?.(a, b); },
};
const start = (a, b) => service.outer(a, b);`,
  ),
  {
    name: 'a getter that calls',
    source: `
async function leaf(a, b) {
  await a;
  await b;
}
async function outer(a, b) {
  const service = { get value() { return leaf(a, b); } };
  await service.value;
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['get value', 'outer', 'start'], line: 'await a' }],
    resumed,
  },
  kind(
    'bound, applied and proxied functions',
    `
async function leaf(a, b) {
  await a;
  await b;
}
const proxied = new Proxy(leaf.bind(undefined), {});
async function outer(a, b) { await Reflect.apply(proxied, undefined, [a, b]); }
const start = (a, b) => outer.call(undefined, a, b);`,
  ),
  {
    name: 'a call in a parameter default of what is awaited',
    source: `
async function leaf(a, b) {
  await a;
  await b;
}
const called = (a, b, promise = leaf(a, b)) => promise;
async function outer(a, b) { await called(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['called', 'outer', 'start'], line: 'await a' }],
    resumed,
  },
  {
    name: 'an async function of another realm',
    source: `
const { runInNewContext } = process.getBuiltinModule('node:vm');
const foreign = runInNewContext('(async function foreign(a, b) {\\n await a;\\n await b;\\n})');
async function outer(a, b) { await foreign(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'foreign', tasks: 1, callers: ['outer', 'start'] }],
    resumed: [{ at: 'foreign', tasks: 1 }],
  },
];
