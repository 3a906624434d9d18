import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TaskProfiler, type TaskSample } from '../../src/index.ts';
import { listing, pathOf } from '../support/frames.ts';
import { settled } from '../support/settled.ts';
import { expectTasks } from '../support/tasks.ts';

const FILE = fileURLToPath(import.meta.url);

/** A read of a FIFO that has a writer who writes nothing stays pending. */
describe('operations of fs/promises', function () {
  let folder: string;
  let fifo: string;
  let writer: number;
  let profiler: TaskProfiler;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-fifo-'));
    fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
  });

  after(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    writer = openSync(fifo, constants.O_RDWR);
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity, foldInternals: false });
    profiler.start();
  });

  afterEach(() => profiler.stop());

  it('puts the await of a read into Node, below the function that called it', async () => {
    const handle = await open(fifo, 'r');
    const done = (async function waitsFor() {
      await handle.read(Buffer.alloc(1), 0, 1);
    })();
    await settled();
    const [sample] = samples();
    const names = sample?.stack.map(({ functionName }) => functionName);
    expectTasks(profiler.snapshot(), [{ at: 'read', tasks: 1, callers: ['waitsFor'] }], { file: FILE });
    assert.equal(sample?.stack[sample.awaitIndex]?.file, 'node:internal/fs/promises');
    assert.deepEqual(names?.slice(sample.awaitIndex, 4), ['read', 'fsCall', 'FileHandle.read', 'waitsFor']);
    writeSync(writer, 'x');
    await done;
    await handle.close();
    closeSync(writer);
  });

  it('puts the await of readFile into Node, below the function that called it', async () => {
    const done = (async function waitsFor() {
      return await readFile(FILE, 'utf8');
    })();
    // In the same turn: nothing of the reading can have ended.
    const found = samples();
    assert.equal(found.length, 1, listing(found));
    const [{ stack, awaitIndex, tasks }] = found as [TaskSample];
    const callerIndex = stack.findIndex((frame) => pathOf(frame) === FILE);
    assert.equal(tasks, 1);
    assert.ok(awaitIndex < callerIndex, listing(found));
    assert.equal(stack[awaitIndex]?.file, 'node:internal/fs/promises');
    assert.equal(stack[callerIndex]?.functionName, 'waitsFor');
    assert.match(await done, /waitsFor/);
    closeSync(writer);
  });

  function samples(): TaskSample[] {
    return profiler.snapshot().samples.filter(({ stack }) => stack.some((frame) => pathOf(frame) === FILE));
  }
});
