import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { findGo } from '../support/find-go.ts';

const PROCESSES = new URL('processes.ts', import.meta.url).href;
const BUILD = new URL('build.ts', import.meta.url).pathname;

/** Starts a child that ignores SIGTERM and writes to the same output for as long as it lives, then ends as it is told. */
const parent = (end: string): string => `
  import { spawn } from 'node:child_process';
  import { keep } from ${JSON.stringify(PROCESSES)};
  const idle = 'process.on("SIGTERM", () => {}); process.on("SIGINT", () => {}); setInterval(() => {}, 1000); console.log("up");';
  const child = keep(spawn(process.execPath, ['-e', idle], { stdio: ['ignore', 'pipe', 'inherit'] }));
  child.stdout.once('data', () => { ${end} });
`;

const ENDS = {
  'Ctrl-C': `process.kill(process.pid, 'SIGINT')`,
  'a SIGTERM': `process.kill(process.pid, 'SIGTERM')`,
  'an exit': `process.exit(0)`,
  'an error': `throw new Error('a test broke')`,
};

describe('what the tests start', () => {
  for (const [name, end] of Object.entries(ENDS)) {
    it(`ends with them at ${name}`, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', parent(end)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      // The pipe closes when the last process that holds it has ended.
      await Promise.all([once(child, 'exit'), text(child.stderr)]);
    });
  }
});

describe('a machine without Go', () => {
  const nowhere = { PATH: '/nowhere', GOROOT: '/nowhere' };

  it('has no Go', () => assert.equal(findGo(nowhere), undefined));

  it('is told what is missing and where to get it, with an error', async () => {
    const child = spawn(process.execPath, [BUILD], { env: nowhere, stdio: ['ignore', 'ignore', 'pipe'] });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
    assert.equal(code, 1);
    assert.match(stderr, /Go is missing.*\n.*https:\/\/go\.dev\/dl\//);
  });
});
