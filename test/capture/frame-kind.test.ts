import assert from 'node:assert/strict';
import { FrameKind, frameKindOf } from '../../src/capture/frame-kind.ts';

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
