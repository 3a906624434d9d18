import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/**
 * Folders of src that are mutated, each with the tests that are to notice: its own, and those of what is made with it; quick ones
 * first. Those of `capture` are of its parts alone: a profiler that a change keeps from stopping is still there in the tests of the next
 * one, which then fail whatever that changes.
 */
const FOLDERS = {
  capture: ['test/capture/**/*.test.ts'],
  snapshot: [
    'test/snapshot/{task-list,cpu-snapshot,resource-snapshot,snapshot-options,interval,estimate}.test.ts',
    'test/snapshot/**/*.test.ts',
    'test/resources/{export,types}.test.ts',
    'test/debug/{pattern,texts,debug-handler}.test.ts',
  ],
  profile: [
    'test/profile/**/*.test.ts',
    'test/snapshot/{task-list,cpu-snapshot,resource-snapshot}.test.ts',
    'test/encode/{pprof,pprof-round-trip,folded,trace-event}.test.ts',
    'test/cli/profile-list.test.ts',
  ],
  encode: ['test/{encode,profile}/**/*.test.ts', 'test/debug/debug-handler.test.ts'],
};

/** Tests that take seconds for what others say of the same lines, or start processes that nobody mutates. */
const LEFT_OUT = [
  'test/capture/sampling.test.ts',
  'test/snapshot/wait.test.ts',
  'test/encode/pprof-{go,datadog}.test.ts',
];

/** What takes long for its size, and the other ways to run patterns; what starts a profiler in tests of `capture`. */
const LEFT_OUT_TITLES = [
  ...[
    '100,000',
    'trace engine',
    'patterns as CommonJS',
    'beside a registered context manager',
    'with the same probability',
  ],
  ...['the context of (tasks|a captured)', 'a burst of (an engine|a profiler)', 'totals of tasks (estimate|are exact)'],
];

/** Of the random cases of a property: each is tried again and again. */
const SHARE_OF_CASES = 0.1;

const USAGE = `npm run mutation [-- FOLDER | FILE ...]

Changes the source in small ways, one after the other, and tells which changes no test notices. Each folder has its score.

  FOLDER  of src: ${Object.keys(FOLDERS).join(', ')}. Default: all, which takes hours
  FILE    of one of them, whole or some of its lines: src/capture/governor.ts:20-60

The report of a folder is node_modules/.cache/mutation/FOLDER.json.
`;

function fail(reason) {
  process.stderr.write(reason);
  process.exit(2);
}

/** What to mutate of each folder. */
function chosen(names) {
  const patterns = {};
  for (const name of names.length > 0 ? names : Object.keys(FOLDERS)) {
    const isFile = name.startsWith('src/');
    const folder = isFile ? dirname(name).slice('src/'.length) : name;
    if (!Object.hasOwn(FOLDERS, folder)) fail(`${name} is none of what is mutated\n\n${USAGE}`);
    (patterns[folder] ??= []).push(isFile ? name : `src/${folder}/**/*.ts`);
  }
  return Object.entries(patterns);
}

/** Mocha takes braces alone for the name of a file, and does not say that there is none. */
function testsOf(folder) {
  const files = FOLDERS[folder].flatMap((pattern) => {
    const found = globSync(pattern);
    if (found.length === 0) fail(`${pattern} is no test\n`);
    return found;
  });
  return [...new Set(files)];
}

/** Ends the process with 1 where the score is below `thresholds.break`. */
async function mutate(folder, patterns) {
  const stryker = new Stryker({
    packageManager: 'npm',
    plugins: ['./test/mutation/node_modules/@stryker-mutator/mocha-runner/dist/src/index.js'],
    testRunner: 'mocha',
    mochaOptions: {
      'no-config': true,
      extension: ['ts'],
      spec: testsOf(folder),
      ignore: LEFT_OUT,
      require: ['./test/support/property-seed.ts'],
      grep: `^(?!.*(${LEFT_OUT_TITLES.join('|')})).*$`,
    },
    mutate: patterns,
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    tempDirName: '.stryker-tmp',
    reporters: ['clear-text', 'progress-append-only', 'json'],
    jsonReporter: { fileName: `node_modules/.cache/mutation/${folder}.json` },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
    concurrency: 1,
    timeoutMS: 10_000,
    disableTypeChecks: false,
    thresholds: { high: 90, low: 80, break: 80 },
    testRunnerNodeArgs: [
      '--require=./test/mutation/mocha-12.cjs',
      '--expose-gc',
      '--disable-warning=ExperimentalWarning',
    ],
  });
  await stryker.runMutationTest();
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
if (values.help) process.stdout.write(USAGE);
else {
  process.env.FAST_CHECK_SHARE = String(SHARE_OF_CASES);
  for (const [folder, patterns] of chosen(positionals)) {
    process.stdout.write(`\n${folder}\n`);
    await mutate(folder, patterns);
  }
}
