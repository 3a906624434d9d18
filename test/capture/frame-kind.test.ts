import assert from 'node:assert/strict';
import { FrameKind, frameKindOf, ownFolderOf } from '../../src/capture/frame-kind.ts';

const kindOf = (functionName: string, file: string): number => frameKindOf({ functionName, file, line: 1, column: 1 });

describe('frameKindOf', () => {
  it('tells frames of this package from those of the application', () => {
    assert.equal(kindOf('export', new URL('../../src/export/periodic-reader.ts', import.meta.url).href), FrameKind.own);
    assert.equal(kindOf('handler', import.meta.url), 0);
  });

  it('hides withTaskLabels, which stands between functions of the application', () => {
    const file = new URL('../../src/base/task-labels.ts', import.meta.url).href;
    assert.equal(kindOf('withTaskLabels', file), FrameKind.hidden);
  });

  it('knows the builtins that link promises and resume generators', () => {
    assert.equal(kindOf('Promise.then', ''), FrameKind.builtin | FrameKind.then);
    assert.equal(kindOf('AsyncGenerator.next', ''), FrameKind.builtin | FrameKind.resume);
    assert.equal(kindOf('Array.map', ''), FrameKind.builtin);
  });
});

describe('ownFolderOf', () => {
  it('is the folder of the package, as sources and as built', () => {
    assert.equal(
      ownFolderOf('file:///app/node_modules/otel-taskprof/dist/capture/frame-kind.js'),
      'file:///app/node_modules/otel-taskprof/dist/',
    );
    assert.equal(ownFolderOf('file:///checkout/src/capture/frame-kind.ts'), 'file:///checkout/src/');
  });

  it('takes no frame of an application whose bundle holds the package', () => {
    for (const bundle of ['file:///app/dist/server.js', 'file:///app/frame-kind.js', undefined]) {
      assert.ok(!'file:///app/dist/routes.js'.startsWith(ownFolderOf(bundle)), String(bundle));
    }
  });
});
