import fc from 'fast-check';

/** A program as text: async functions `f0`, `f1` ... and what `main` starts. */
export interface Program {
  readonly source: string;
  /** What happens between two looks: which of the pending gates is opened, modulo their number. */
  readonly steps: readonly number[];
}

/** Which programs are made. */
export interface Grammar {
  /** Only what events and walks alone can tell, with nothing learned. */
  readonly isPlain: boolean;
}

const FUNCTIONS = 4;
const SLOTS = 3;

/**
 * Any program over what `run-program.ts` provides: `gate()` (a promise that a step opens), `shared`, `release()` (opens the oldest
 * gate from inside), `mark()` (makes a promise, so that two events are not next to each other), `isSpent()` (ends recursions).
 * Each statement is on a line of its own: lines tell awaits apart.
 */
export function anyProgram(grammar: Grammar): fc.Arbitrary<Program> {
  const bodies = fc.array(body(grammar), { minLength: 1, maxLength: FUNCTIONS });
  const starts = fc.array(fc.nat(FUNCTIONS - 1), { minLength: 1, maxLength: 5 });
  const steps = fc.array(fc.nat(100), { maxLength: 10, size: 'max' });
  return fc.tuple(bodies, starts, steps).map(([texts, roots, opened]) => ({
    source: [...texts.map(asFunction), ...roots.map((root) => `f${root % texts.length}();`)]
      .join('\n')
      .replaceAll(/\bf\((\d)\)/g, (_call, digit: string) => `f${Number(digit) % texts.length}()`),
    steps: opened,
  }));
}

function asFunction(lines: string, index: number): string {
  return `async function f${index}() {\nif (isSpent()) return;\nconst v = [];\n${lines}\n}`;
}

function body(grammar: Grammar): fc.Arbitrary<string> {
  const { statements } = fc.letrec<{ statements: string; statement: string; promise: string; part: string }>((tie) => ({
    statements: fc
      .array(tie('statement'), { minLength: 1, maxLength: 6, depthIdentifier: 'program' })
      .map((all) => all.join('\n')),
    statement: fc.oneof(
      { depthIdentifier: 'program', depthSize: 'small', withCrossShrink: true },
      { weight: 8, arbitrary: tie('promise').map((promise) => `await ${promise};`) },
      { weight: 3, arbitrary: fc.tuple(slot, tie('promise')).map(([at, promise]) => started(at, promise, grammar)) },
      { weight: 3, arbitrary: slot.map((at) => `await v[${at}];`) },
      { weight: 1, arbitrary: tie('promise').map((promise) => `${promise};${grammar.isPlain ? ' mark();' : ''}`) },
      { weight: 1, arbitrary: fc.constantFrom('release();', 'await 1;') },
      { weight: 1, arbitrary: fc.constant(`throw new Error('expected');`) },
      { weight: 1, arbitrary: tie('promise').map((promise) => `return await ${promise};`) },
      { weight: 1, arbitrary: tie('statements').map((all) => `for (let i = 0; i < 2; i++) {\n${all}\n}`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('statements'), tie('statements'), tie('statements'))
          .map(([a, b, c]) => `try {\n${a}\n} catch {\n${b}\n} finally {\n${c}\n}`),
      },
      {
        weight: 1,
        arbitrary: (grammar.isPlain ? fc.constant('gate()') : tie('part')).map(
          (promise) => `for await (const value of [${promise}]) void value;`,
        ),
      },
    ),
    promise: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('shared', 'shared.then(noop)', 'Promise.resolve()') },
      { weight: 12, arbitrary: tie('part') },
    ),
    part: fc.oneof(
      { depthIdentifier: 'program', depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: fc.constant('gate()') },
      { weight: 6, arbitrary: call },
      { weight: 3, arbitrary: fc.tuple(tie('part'), link).map(([promise, text]) => `${promise}${text}`) },
      { weight: 3, arbitrary: combinator(tie(grammar.isPlain ? 'part' : 'promise'), grammar) },
      ...(grammar.isPlain ? [] : [{ weight: 2, arbitrary: tie('promise').chain(adopted) }]),
    ),
  }));
  const end = fc.option(
    call.map((promise) => `\nreturn ${promise};`),
    { nil: '', freq: 1 },
  );
  return fc.tuple(statements, end).map((parts) => parts.join(''));
}

const call = fc.nat(FUNCTIONS - 1).map((index) => `f(${index})`);
const slot = fc.nat(SLOTS - 1);
const link = fc.constantFrom('.then(noop)', '.catch(noop)', '.finally(noop)', '.then(noop).finally(noop)');

function started(at: number, promise: string, { isPlain }: Grammar): string {
  return `v[${at}] = ${promise};${isPlain ? ' mark();' : ''}`;
}

function combinator(promise: fc.Arbitrary<string>, { isPlain }: Grammar): fc.Arbitrary<string> {
  const names = isPlain ? ['all', 'allSettled', 'any'] : ['all', 'allSettled', 'any', 'race'];
  return fc
    .tuple(fc.constantFrom(...names), fc.array(promise, { minLength: 1, maxLength: 3 }))
    .map(([name, all]) => `Promise.${name}([${all.join(', ')}])`);
}

/** Promises that are resolved with another one, or by its reaction. */
function adopted(promise: string): fc.Arbitrary<string> {
  return fc.constantFrom(
    `new Promise((resolve) => resolve(${promise}))`,
    `new Promise((resolve) => ${promise}.then(resolve))`,
    `new Promise((resolve) => ${promise}.then(() => resolve()))`,
    `Promise.resolve(thenable(${promise}))`,
    `gate().then(() => ${promise})`,
    `Promise.resolve(${promise})`,
  );
}
