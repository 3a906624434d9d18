import assert from 'node:assert/strict';
import { ownFolderOf } from '../../src/base/own-folder.ts';

describe('ownFolderOf', () => {
  it('is the folder of the package, as sources and as built', () => {
    assert.equal(
      ownFolderOf('file:///app/node_modules/otel-taskprof/dist/base/own-folder.js'),
      'file:///app/node_modules/otel-taskprof/dist/',
    );
    assert.equal(ownFolderOf('file:///checkout/src/base/own-folder.ts'), 'file:///checkout/src/');
  });

  it('takes no frame of an application whose bundle holds the package', () => {
    for (const bundle of ['file:///app/dist/server.js', 'file:///app/own-folder.js', undefined]) {
      assert.ok(!'file:///app/dist/routes.js'.startsWith(ownFolderOf(bundle)), String(bundle));
    }
  });
});
