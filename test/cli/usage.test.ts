import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { taskprof } from '../support/taskprof-command.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const COMMANDS = ['ps', 'top', 'view', 'get', 'timeline', 'where', 'convert', 'attach', 'grep', 'diff'];

describe('taskprof', () => {
  it('prints its version', async () => {
    const { stdout, stderr, exitCode } = await taskprof(['--version']);
    assert.deepEqual([stdout, stderr, exitCode], [`${version}\n`, '', 0]);
  });

  it('tells what there is with --help, and without arguments that one is missing', async () => {
    const { stdout, stderr, exitCode } = await taskprof(['--help']);
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`^  ${command} .*[<[]`, 'm'));
    assert.match(stdout, /Exit codes: 0 success, 1 failure, 2 wrong usage/);
    assert.deepEqual([stderr, exitCode], ['', 0]);
    const without = await taskprof([]);
    assert.equal(without.stdout, '');
    assert.match(without.stderr, /^Usage: taskprof/);
    assert.equal(without.exitCode, 2);
  });

  for (const command of COMMANDS) {
    it(`has help, examples and exit codes for ${command}`, async () => {
      const { stdout, exitCode } = await taskprof([command, '--help']);
      assert.match(stdout, new RegExp(`^Usage: taskprof ${command}\\b`));
      assert.match(stdout, new RegExp(`\\nExamples:\\n  taskprof ${command}\\b`));
      assert.match(stdout, /\nExit codes: 0 success/);
      // What is indented may be an example, to be copied as it is.
      for (const line of stdout.split('\n')) assert.ok(line.startsWith(' ') || line.length <= 80, line);
      assert.equal(exitCode, 0);
    });
  }

  const wrong: [string, string[], RegExp][] = [
    ['a command that there is not', ['pst'], /unknown command 'pst' \(Did you mean ps\?\)/],
    ['an argument that is missing', ['ps'], /missing required argument 'URL\|FILE'/],
    ['an option that there is not', ['ps', 'x', '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\)/],
    ['one argument too many', ['ps', 'x', 'y'], /too many arguments for 'ps'/],
    ['a wait that is no number', ['ps', 'x', '--min-wait', 'long'], /'long' is invalid. It must be a number of mill/],
    ['a broken regular expression', ['ps', 'x', '--matching', '('], /'\(' is invalid. Invalid regular expression/],
    ['a label without a value', ['ps', 'x', '--label', 'tenant'], /'tenant' is invalid. It must be name=value/],
    ['a trace id that is none', ['ps', 'x', '--trace-id', '123'], /'123' is invalid. It must be 32 hex digits/],
    ['a limit of 0', ['ps', 'x', '--limit', '0'], /'0' is invalid. It must be a whole number of at least 1/],
    ['an order that there is not', ['ps', 'x', '--sort', 'size'], /Allowed choices are tasks, oldest, name/],
    ['seconds beyond a day', ['get', 'x:1', '--seconds', '1e9'], /greater than 0 and at most 86400/],
    ['a format that there is not', ['get', 'x:1', '--format', 'xml'], /Allowed choices are pprof, otlp,/],
    ['an ending that says nothing', ['convert', 'x', 'y.bin'], /"y.bin" does not say which format.*--to pprof\|otlp/],
    ['an ending that get does not know', ['get', 'x:1', '-o', 'y.bin'], /"y.bin" does not say.*--format pprof\|/],
    ['a URL that is none', ['top', 'http://a b'], /"http:\/\/a b" is no URL/],
    ['a PID that is none', ['attach', 'node'], /PID must be the id of a process, got "node"/],
    ['filters of live processes for a file', ['ps', 'package.json', '--max-tasks', '5'], /--max-tasks is for a live/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what}, in one line and with exit code 2`, async () => {
      const { stdout, stderr, exitCode } = await taskprof(args);
      assert.match(stderr, message);
      assert.match(stderr, /^taskprof: [^\n]+\n$/);
      assert.deepEqual([stdout, exitCode], ['', 2]);
    });
  }
});
