import assert from 'node:assert/strict';
import { fixture, runNode, type ChildResult } from '../support/child.ts';

interface Unnoticed {
  readonly title: string;
  /** A program of test/fixtures/unnoticed. */
  readonly program: string;
  /** What the program says without the profiler as well: that it does what it is for. */
  readonly says: RegExp;
  readonly exitCode?: number;
  /** It ends before the event loop turns while it has tasks. */
  readonly hasNoTurn?: boolean;
}

const programs: readonly Unnoticed[] = [
  {
    title: 'fires unhandledRejection and rejectionHandled the same',
    program: 'rejections.mjs',
    says: /unhandledRejection handled late\n[^]*rejectionHandled\nend/,
  },
  {
    title: 'ends a process by an unhandled rejection with the same report',
    program: 'unhandled-crash.mjs',
    says: /nobody handles this\n +at failing[^]*at async calling/,
    exitCode: 1,
  },
  {
    title: 'keeps the async frames of error stacks',
    program: 'async-frames.mjs',
    says: /all: Error: in the leaf\n +at leaf .*\n +at async middle .*\n +at async Promise\.all \(index 1\)\n +at async all/,
  },
  {
    title: 'leaves Error.prepareStackTrace to the application',
    program: 'prepare-stack-trace.mjs',
    says: /second: set while pending, made after/,
  },
  {
    title: 'leaves Error.stackTraceLimit to the application',
    program: 'stack-trace-limit.mjs',
    says: /writes 0\nfrozen/,
  },
  {
    title: 'lets promises, requests and receivers of finished and abandoned tasks be collected',
    program: 'collected.mjs',
    says: /^(?!.*KEPT)(.* collected\n){12}$/,
  },
  {
    title: 'revives no process in a beforeExit handler that awaits',
    program: 'exit-before.mjs',
    says: /^beforeExit 1\nexit 0$/m,
    hasNoTurn: true,
  },
  {
    title: 'leaves a handled stack overflow',
    program: 'stack-overflow.mjs',
    says: /^4 RangeError Maximum call stack size exceeded$/m,
  },
  { title: 'lets a process with parked tasks end', program: 'exit-parked.mjs', says: /(beforeExit 0.*\n){3}exit 0/ },
  {
    title: 'leaves exit code 13 to an unsettled top-level await',
    program: 'exit-unsettled.mjs',
    says: /exit 13[^]*unsettled top-level await/,
    exitCode: 13,
  },
  { title: 'leaves process.exitCode', program: 'exit-code.mjs', says: /^$/, exitCode: 5 },
  { title: 'leaves an uncaught exception', program: 'exit-thrown.mjs', says: /nobody catches this/, exitCode: 1 },
  {
    title: 'leaves process.exit() in a resumed task',
    program: 'exit-now.mjs',
    says: /exit 3/,
    exitCode: 3,
    hasNoTurn: true,
  },
  {
    title: 'shows nothing on promises, awaited values and globals',
    program: 'invisible.mjs',
    says: /later\npending Promise/,
  },
  {
    title: 'calls nothing of the application, and keeps the order of microtasks',
    program: 'untouched-calls.mjs',
    says: /get then\n[^]*then is read\n[^]*callee resumes/,
  },
  {
    title: 'leaves frozen promises, proxies around promises and promises of other realms',
    program: 'foreign-promises.mjs',
    says: /^unhandledRejection frozen\nunhandledRejection in another realm\nproxy TypeError[^]*foreign opened/,
  },
  { title: 'leaves nothing after starts and stops', program: 'toggled.mjs', says: /^true hooks 0\n$/ },
];

const preloads = [
  { preload: 'profiled', describes: 'the application does not notice the profiler' },
  {
    preload: 'walking',
    describes: 'the application does not notice walks of its tasks in each turn of the event loop',
  },
  { preload: 'walking-between-jobs', describes: 'the application does not notice walks of its tasks between its jobs' },
] as const;

for (const { preload, describes } of preloads) {
  describe(describes, () => {
    for (const { title, program, says, exitCode = 0, hasNoTurn = false } of programs) {
      if (hasNoTurn && preload !== 'profiled') continue;
      it(title, async () => {
        const [without, profiled] = await Promise.all([runUnprofiled(program), run(preload, program)]);
        assert.match(without.stdout + without.stderr, says);
        assert.equal(without.exitCode, exitCode);
        assert.ok(Number(profiled.aside) > 0, `the profiler saw no tasks: ${profiled.stderr}`);
        assert.deepEqual({ ...profiled, aside: '' }, { ...without, aside: '' });
      });
    }
  });
}

const unprofiled = new Map<string, Promise<ChildResult>>();

/** Once for all preloads. */
function runUnprofiled(program: string): Promise<ChildResult> {
  const known = unprofiled.get(program) ?? run('unprofiled', program);
  unprofiled.set(program, known);
  return known;
}

function run(preload: (typeof preloads)[number]['preload'] | 'unprofiled', program: string): Promise<ChildResult> {
  const [preloaded, main] = [`unnoticed/${preload}.mjs`, `unnoticed/${program}`].map(fixture) as [string, string];
  return runNode(['--expose-gc', '--disable-warning=ExperimentalWarning', '--import', preloaded, main]);
}
