import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TaskProfiler, snapshotToPprof, withTaskLabels } from '../../src/index.ts';
import { runGo } from './go.ts';

const GO_BUILDS_PPROF_MILLIS = 300_000;

async function acquireSlot(): Promise<void> {
  await new Promise(() => {});
}

async function serveTenant(): Promise<void> {
  await acquireSlot();
}

describe('go tool pprof', () => {
  let folder: string;
  let file: string;

  before(function () {
    this.timeout(GO_BUILDS_PPROF_MILLIS);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    const profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    for (const tenant of ['acme', 'acme', 'globex']) withTaskLabels({ tenant }, serveTenant);
    folder = mkdtempSync(join(tmpdir(), 'taskprof-pprof-'));
    file = join(folder, 'tasks.pb.gz');
    writeFileSync(file, snapshotToPprof(profiler.snapshot({ matching: /serveTenant/ })));
    profiler.stop();
    return runGo(['tool', 'pprof', '-raw', file], { cwd: folder });
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
    context.disable();
  });

  const pprof = (option: string): Promise<string> => runGo(['tool', 'pprof', option, file], { cwd: folder });

  it('reads the counts: -top', async () => {
    const top = await pprof('-top');
    assert.match(top, /Type: tasks/);
    assert.match(top, /^ +3 +100% +100% +3 +100% +acquireSlot/m);
    assert.match(top, /^ +0 +0% +100% +3 +100% +serveTenant/m);
  });

  it('reads the stacks: -traces', async () => {
    const traces = await pprof('-traces');
    assert.match(traces, /tenant: *acme\n +2 +acquireSlot.*\n +serveTenant/);
    assert.match(traces, /tenant: *globex\n +1 +acquireSlot.*\n +serveTenant/);
  });

  it('reads the labels: -tags', async () => {
    assert.match(await pprof('-tags'), /tenant: Total 3.*\n +2 \(66\.67%\): acme\n +1 \(33\.33%\): globex/);
  });
});
