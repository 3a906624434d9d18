import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SourceMaps } from '../../src/frames/source-maps.ts';
import { TaskProfiler, type TaskSnapshot } from '../../src/index.ts';
import { BUILDS, bundled } from '../support/builds.ts';
import { fixture, runNode } from '../support/child.ts';
import { gate } from '../support/settled.ts';
import { stacksOf } from '../support/shop-stacks.ts';

/** What is parked, as its source has it. */
const PARKED = [
  '(anonymous) main.ts:26 src/main.ts:27 < start src/main.ts:26 < (module) main.ts src/main.ts:32',
  'OrderRepository.#withClient src/orders.ts:14 < OrderRepository.findRecent src/orders.ts:8 < ' +
    'CachedRepository.findRecent src/orders.ts:24 < countOrders src/orders.ts:29 < start src/main.ts:24 < ' +
    '(module) main.ts src/main.ts:32',
  'OrderRepository.#withClient src/orders.ts:14 < OrderRepository.findRecent src/orders.ts:8 < ' +
    'handleRequest src/main.ts:11 < start src/main.ts:22 < (module) main.ts src/main.ts:32',
  'OrderRepository.connect src/orders.ts:18 < start src/main.ts:25 < (module) main.ts src/main.ts:32',
  'checkout src/main.ts:16 < start src/main.ts:23 < (module) main.ts src/main.ts:32',
];

/** Which class a static method is of V8 tells from Node.js 24 on. */
const HAS_STATIC_CLASSES = Number(process.versions.node.split('.')[0]) >= 24;
const EXPECTED = PARKED.map((stack) =>
  HAS_STATIC_CLASSES ? stack : stack.replace('OrderRepository.connect', 'Function.connect'),
).toSorted();

describe('frames of what was built with source maps', () => {
  let folder: string;
  let held: ReturnType<typeof gate>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-builds-'));
    cpSync(fixture('frames/shop'), join(folder, 'src'), { recursive: true });
    held = gate();
    Object.assign(globalThis, { held: held.promise });
  });

  after(() => {
    held.open();
    Reflect.deleteProperty(globalThis, 'held');
    rmSync(folder, { recursive: true });
  });

  async function profiled<T>(file: string, sourceMaps: boolean, look: (profiler: TaskProfiler) => T): Promise<T> {
    const profiler = new TaskProfiler({ sampling: 'all', applicationRoot: folder, sourceMaps });
    profiler.start();
    try {
      await import(pathToFileURL(file).href);
      return await look(profiler);
    } finally {
      profiler.stop();
    }
  }

  const snapshot = (profiler: TaskProfiler): TaskSnapshot => profiler.snapshot();

  it('are those of the source as Node.js runs that without a build', async () => {
    assert.deepEqual(stacksOf(await profiled(join(folder, 'src/main.ts'), false, snapshot)), EXPECTED);
  });

  for (const [what, build] of Object.entries(BUILDS)) {
    it(`are those of the source: ${what}`, async () => {
      const file = await build(folder);
      assert.deepEqual(stacksOf(await profiled(file, true, snapshot)), EXPECTED);
    });
  }

  it('are those of the source in snapshots in slices, and in means', async () => {
    const later = await bundled(folder, 'slices.mjs', { sourcemap: true, minify: true });
    assert.deepEqual(stacksOf(await profiled(later, true, (profiler) => profiler.snapshotIncremental())), EXPECTED);
    const mean = await bundled(folder, 'mean.mjs', { sourcemap: true, minify: true });
    const stacks = await profiled(mean, true, async (profiler) => {
      const interval = profiler.openInterval()!;
      await profiler.settleInSlices();
      return stacksOf(interval.end());
    });
    assert.deepEqual(stacks, EXPECTED);
  });

  it('are what filters see', async () => {
    const file = await bundled(folder, 'filtered.mjs', { sourcemap: true, minify: true });
    const { totalTasks } = await profiled(file, true, (profiler) =>
      profiler.snapshot({ matching: /^CachedRepository\.findRecent \(src\/orders\.ts:24:/ }),
    );
    assert.equal(totalTasks, 1);
  });

  it('have their names also where a function is known to begin with its parameters, as CPU profilers have it', async () => {
    const file = await bundled(folder, 'on-cpu.mjs', { sourcemap: true, minify: true });
    const code = readFileSync(file, 'utf8');
    const maps = new SourceMaps(true);
    await maps.load([file]);
    const places = {
      handleRequest: /async function (\w+)\(/,
      countOrders: /(\w+)=async (?=\w+=>)/,
      'OrderRepository.#withClient': /async(#\w+)\(/,
    };
    for (const [name, pattern] of Object.entries(places)) {
      const [text, minified = ''] = pattern.exec(code)!;
      const column = code.indexOf(text) + text.length + (text.endsWith('(') ? 0 : 1);
      const functionName = name.includes('.') ? `${/(\w+)=class\{/.exec(code)![1]}.${minified}` : minified;
      const at = { line: 1, column, functionLine: 1, functionColumn: column };
      assert.equal(maps.original({ functionName, file, ...at }).functionName, name);
    }
  });

  it('are those of the code that runs without the option', async () => {
    const file = await bundled(folder, 'plain.mjs', { sourcemap: true, minify: true });
    const { samples } = await profiled(file, false, snapshot);
    const files = new Set(samples.flatMap(({ stack }) => stack.map((frame) => frame.file)));
    assert.ok(files.has('out/plain.mjs'));
    assert.ok(![...files].some((name) => name.startsWith('src/')));
  });

  it('are those of the source without the option where Node.js runs with source maps', async () => {
    const file = await bundled(folder, 'enabled.mjs', { sourcemap: true, minify: true });
    const print = [fixture('frames/print-stacks.ts'), pathToFileURL(file).href, folder];
    const [{ stdout, stderr }, without] = await Promise.all([
      runNode(['--enable-source-maps', ...print]),
      runNode(print),
    ]);
    assert.equal(stdout.trimEnd(), EXPECTED.join('\n'), stderr);
    assert.equal(without.stdout.trimEnd(), '');
  });
});
