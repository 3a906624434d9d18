import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixture } from '../support/child.ts';
import { REGISTER } from '../support/entry-points.ts';
import { httpGet } from '../support/http-get.ts';
import { until } from '../support/settled.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface App {
  readonly child: ChildProcess;
  /** Of the process and of its workers in a cluster, as they say. */
  readonly pids: readonly number[];
  readonly stderr: () => string;
}

describe('the socket of the register entry', () => {
  const children: ChildProcess[] = [];
  let runtimeFolder: string;

  beforeEach(() => (runtimeFolder = mkdtempSync(join(tmpdir(), 'taskprof-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(runtimeFolder, { recursive: true });
  });

  const folder = (): string => join(runtimeFolder, `otel-taskprof-${process.geteuid!()}`);
  const socketPath = (pid: number): string => join(folder(), `${pid}.sock`);
  const ask = (pid: number, query: string) =>
    httpGet(`http://localhost/debug/tasks?${query}`, { socketPath: socketPath(pid) });

  /** Runs the fixture with the register entry until it and its workers, if any, are ready. */
  async function start(env: Record<string, string> = {}, workers = 0): Promise<App> {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_)/.test(name));
    const child = spawn(process.execPath, [`--import=${REGISTER}`, fixture('debug/attached.mjs'), String(workers)], {
      cwd: PROJECT,
      env: {
        ...Object.fromEntries(inherited),
        XDG_RUNTIME_DIR: runtimeFolder,
        OTEL_PROFILES_EXPORTER: 'none',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.push(child);
    const pids: number[] = [];
    let said = '';
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      pids.splice(0, Infinity, ...[...said.matchAll(/^ready (\d+)$/gm)].map(([, pid]) => Number(pid)));
    });
    await until(() => pids.length === 1 + workers || child.exitCode !== null);
    return { child, pids, stderr: () => stderr };
  }

  async function ended({ child }: App): Promise<number | null> {
    child.stdin!.end();
    if (child.exitCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  it('answers with the tasks of the process, to its own user only', async () => {
    const { pids } = await start();
    const { status, text } = await ask(pids[0]!, 'debug=1');
    assert.equal(status, 200);
    assert.match(text, /^ {4}await in waitForever .*attached\.mjs:\d+:\d+$/m);
    assert.equal(lstatSync(folder()).mode & 0o777, 0o700);
    assert.equal((await ask(pids[0]!, 'seconds=0.1&format=json')).status, 200);
  });

  it('keeps no process alive, and is gone with it', async () => {
    const app = await start();
    assert.equal((await ask(app.pids[0]!, 'debug=1')).status, 200);
    assert.equal(await ended(app), 0);
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('is not there with OTEL_TASKPROF_ATTACH=false, nor where nothing is profiled', async () => {
    for (const name of ['OTEL_TASKPROF_ATTACH', 'OTEL_TASKPROF_ENABLED']) {
      const app = await start({ [name]: 'false' });
      assert.equal(existsSync(folder()), false, name);
      await ended(app);
    }
  });

  it('takes the place of one that a killed process left behind', async () => {
    mkdirSync(folder(), { mode: 0o700 });
    const first = await start();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    assert.deepEqual(readdirSync(folder()), [`${first.pids[0]}.sock`]);
    await assert.rejects(ask(first.pids[0]!, 'debug=1'), { code: 'ECONNREFUSED' });
    // A process can't choose its id: what lies in its way is put there ahead of the register entry.
    const second = await start({ NODE_OPTIONS: `--import=${fixture('debug/leave-socket.mjs')}` });
    assert.equal((await ask(second.pids[0]!, 'debug=1')).status, 200);
  });

  it('is not opened in a folder of others, and the process says why and goes on', async () => {
    mkdirSync(folder(), { mode: 0o755 });
    const app = await start({ OTEL_LOG_LEVEL: 'warn' });
    assert.deepEqual(readdirSync(folder()), []);
    assert.equal(await ended(app), 0);
    assert.match(app.stderr(), /taskprof attach can't reach this process: .* is open to other users/);
  });

  it('is not opened where there can be no folder', async () => {
    writeFileSync(folder(), '');
    const app = await start();
    assert.equal(await ended(app), 0);
  });

  it('is one for each process of a cluster', async () => {
    const { pids } = await start({}, 2);
    for (const pid of pids) assert.equal((await ask(pid, 'debug=1')).status, 200);
    assert.equal(new Set(pids).size, 3);
  });
});
