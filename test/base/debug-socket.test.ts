import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSocketFolder, debugSocketFolder, debugSocketPath } from '../../src/base/debug-socket.ts';

describe('debugSocketPath', () => {
  const { XDG_RUNTIME_DIR: runtimeFolder } = process.env;

  afterEach(() => {
    if (runtimeFolder === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = runtimeFolder;
  });

  it("is in a folder of this user, below the session's", () => {
    process.env.XDG_RUNTIME_DIR = '/run/user/1';
    assert.equal(debugSocketPath(4711), `/run/user/1/otel-taskprof-${process.geteuid!()}/4711.sock`);
  });

  it('is in the folder for temporary files where there is no session', () => {
    for (const none of [undefined, '']) {
      if (none === undefined) delete process.env.XDG_RUNTIME_DIR;
      else process.env.XDG_RUNTIME_DIR = none;
      assert.equal(debugSocketFolder(), join(tmpdir(), `otel-taskprof-${process.geteuid!()}`));
    }
  });
});

describe('checkSocketFolder', () => {
  let parent: string;
  const folder = (): string => join(parent, 'sockets');
  const refused = (reason: string) => ({ name: 'UnsafeSocketFolderError', message: `${folder()} ${reason}` });

  beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'taskprof-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('takes a folder of this user that is closed to others', () => {
    mkdirSync(folder(), { mode: 0o700 });
    checkSocketFolder(folder());
  });

  it('refuses one that others can enter', () => {
    for (const mode of [0o710, 0o701, 0o777]) {
      mkdirSync(folder());
      chmodSync(folder(), mode);
      assert.throws(() => checkSocketFolder(folder()), refused('is open to other users'));
      rmSync(folder(), { recursive: true });
    }
  });

  it('refuses one of another user', function () {
    const { geteuid } = process;
    mkdirSync(folder(), { mode: 0o700 });
    process.geteuid = () => geteuid!() + 1;
    try {
      assert.throws(() => checkSocketFolder(folder()), refused('belongs to another user'));
    } finally {
      process.geteuid = geteuid!;
    }
  });

  it('refuses what only leads to a folder, and files', () => {
    mkdirSync(join(parent, 'real'), { mode: 0o700 });
    symlinkSync(join(parent, 'real'), folder());
    assert.throws(() => checkSocketFolder(folder()), refused('is no folder'));
    rmSync(folder());
    writeFileSync(folder(), '');
    assert.throws(() => checkSocketFolder(folder()), refused('is no folder'));
  });

  it('throws ENOENT where there is none', () => {
    assert.throws(() => checkSocketFolder(folder()), { code: 'ENOENT' });
  });
});
