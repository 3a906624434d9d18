import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

const walk = new URL('../../src/follow/waiter-walk.ts', import.meta.url).href;

/** What a new process, with V8's own functions, prints. */
function output(code: string): string {
  const flags = ['--allow-natives-syntax', '--disable-warning=ExperimentalWarning', '--input-type=module'];
  return execFileSync(process.execPath, [...flags, '--eval', code], { encoding: 'utf8' }).trim();
}

describe('waiterWalk', () => {
  it("leaves V8's short way for promises without a species open", () => {
    const printed = output(`
      const { waiterWalk } = await import(${JSON.stringify(walk)});
      const before = %PromiseSpeciesProtector();
      const pending = new Promise(() => {});
      async function waiter() { await pending; }
      void waiter();
      function walk() {
        const stacks = waiterWalk().prepare([pending], walk);
        waiterWalk().drain();
        return stacks;
      }
      const [{ stack }] = walk();
      const found = stack.some((site) => site.isAsync() && site.getFunctionName() === 'waiter');
      console.log(before, %PromiseSpeciesProtector(), found);
    `);
    assert.equal(printed, 'true true true');
  });
});
