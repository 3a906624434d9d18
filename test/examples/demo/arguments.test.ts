import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseDemoArguments, UsageError } from '../../../examples/demo/arguments.ts';

const MAIN = fileURLToPath(new URL('../../../examples/demo/main.ts', import.meta.url));

describe('demo arguments', () => {
  it('default to 200 connections and no end', () => {
    assert.deepEqual(parseDemoArguments([]), { connections: 200 });
  });

  it('take a duration and a number of connections, with a space or an equals sign', () => {
    const expected = { durationSeconds: 2.5, connections: 7 };
    assert.deepEqual(parseDemoArguments(['--duration', '2.5', '--connections', '7']), expected);
    assert.deepEqual(parseDemoArguments(['--duration=2.5', '--connections=7']), expected);
  });

  for (const [args, ...parts] of [
    [['--duration', 'soon'], '--duration', '"soon"'],
    [['--duration', '-5'], '--duration', '"-5"'],
    [['--duration', '0'], '--duration', '"0"'],
    [['--duration', ''], '--duration', '""'],
    [['--duration', 'Infinity'], '--duration', '"Infinity"'],
    [['--duration'], '--duration'],
    [['--connections', '1.5'], '--connections', 'whole', '"1.5"'],
    [['--connections', '-1'], '--connections', '"-1"'],
    [['--connections', '1e9'], '--connections', '"1e9"'],
    [['--durations', '5'], '--durations'],
    [['20'], '20'],
  ] as const) {
    it(`name what is wrong with "${args.join(' ')}"`, () => {
      assert.throws(
        () => parseDemoArguments(args),
        (error) => error instanceof UsageError && parts.every((part) => error.message.includes(part)),
      );
    });
  }

  it('that are wrong end the command with exit code 2 before anything is started', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--duration', 'soon'], { encoding: 'utf8' });
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.match(stderr, /^--duration must be .*, got "soon"/);
  });

  it('--help prints the options and ends with exit code 0', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.match(stdout, /--duration SECONDS[^]*--connections N[^]*default: 200/);
  });
});
