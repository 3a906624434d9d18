import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture } from '../support/child.ts';
import { snapshotJson, taskSample, taskSnapshot } from '../support/debug-endpoint.ts';
import { hasTerminals, plainEnvironment, taskprof, TerminalRun } from '../support/taskprof-command.ts';

describe('taskprof attach', () => {
  let folder: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'taskprof-run-'))));
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    await rm(folder, { recursive: true });
  });

  const env = (): Record<string, string> => ({ XDG_RUNTIME_DIR: folder });
  const socketFolder = (): string => join(folder, `otel-taskprof-${process.geteuid!()}`);

  async function start(...args: string[]): Promise<string> {
    child = spawn(process.execPath, args, {
      env: { ...plainEnvironment(), ...env() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
    return String(child.pid);
  }

  const startAttachable = (answer = ''): Promise<string> => start(fixture('cli/attachable.mjs'), answer);

  it('prints the tasks of a process that has a socket', async () => {
    const pid = await startAttachable(snapshotJson(taskSnapshot(taskSample({ tasks: 5 }))));
    const { stdout, stderr, exitCode } = await taskprof(['attach', pid], { env: env() });
    assert.match(stdout, /^5 tasks parked\n/);
    assert.deepEqual([stderr, exitCode], ['', 0]);
    const json = await taskprof(['attach', pid, '--json'], { env: env() });
    assert.equal((JSON.parse(json.stdout) as { total: number }).total, 5);
  });

  it('shows them live on a terminal', async function () {
    if (!hasTerminals) this.skip();
    const pid = await startAttachable(snapshotJson(taskSnapshot(taskSample({ tasks: 5 }))));
    const run = new TerminalRun(['attach', pid], env());
    await run.shows(new RegExp(`^process ${pid}, every 2 s`));
    run.press('q');
    assert.deepEqual(await run.end(), { exit: 0, isRestored: true });
  });

  async function expectFailure(pid: string, message: RegExp, ...args: string[]): Promise<void> {
    const { stdout, stderr, exitCode } = await taskprof(['attach', pid, ...args], { env: env() });
    assert.match(stderr, message);
    assert.match(stderr, /^taskprof: [^\n]+\n$/);
    assert.deepEqual([stdout, exitCode], ['', 1]);
  }

  it('tells that a process runs without the register entry', async () => {
    const pid = await start('-e', 'console.log("ready"); setInterval(() => {}, 1000)');
    await expectFailure(pid, new RegExp(`process ${pid} cannot be attached to: .*--import otel-taskprof/register`));
  });

  it('tells that there is no such process', async () => {
    const pid = await start('-e', 'console.log("ready")');
    await once(child!, 'close');
    await expectFailure(pid, new RegExp(`^taskprof: there is no process ${pid}\n`));
  });

  it('tells that a process does not answer, and does not wait for it', async () => {
    await expectFailure(await startAttachable(), /process \d+ did not answer within 0\.3 s/, '--timeout', '0.3');
  });

  it('tells that a process has left its socket behind', async () => {
    const pid = await startAttachable();
    const socket = join(socketFolder(), `${pid}.sock`);
    const { rename } = await import('node:fs/promises');
    await rename(socket, join(socketFolder(), `${process.pid}.sock`));
    child!.kill('SIGKILL');
    await once(child!, 'close');
    await expectFailure(String(process.pid), /cannot reach process \d+: connection refused/);
  });

  it('does not trust a folder that others can enter', async () => {
    const pid = await startAttachable(snapshotJson(taskSnapshot(taskSample())));
    await chmod(socketFolder(), 0o755);
    await expectFailure(pid, /is open to other users/);
    await mkdir(socketFolder(), { recursive: true, mode: 0o700 });
  });
});
