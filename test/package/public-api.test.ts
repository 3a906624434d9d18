import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
  ExtractorMessageCategory,
} from '@microsoft/api-extractor';
import { isFirstNode } from '../support/one-node.ts';

const fileHere = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const CONFIGURATION = fileHere('api-extractor.json');
const REVIEWED = fileHere('otel-taskprof.api.md');

const NOTHING = { added: [], removed: [] };

(isFirstNode ? describe : describe.skip)('the public API', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-api-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  it('is what was reviewed (`UPDATE_GOLDENS=1` takes what is built)', () => {
    const configObject = ExtractorConfig.loadFile(CONFIGURATION);
    configObject.apiReport!.reportTempFolder = folder;
    const config = ExtractorConfig.prepare({
      configObject,
      configObjectFullPath: CONFIGURATION,
      packageJsonFullPath: fileHere('../../package.json'),
    });
    const errors: string[] = [];
    Extractor.invoke(config, { messageCallback: (message) => keepError(message, errors) });
    assert.deepEqual(errors, []);
    const report = join(folder, 'otel-taskprof.api.md');
    if (process.env.UPDATE_GOLDENS === '1') copyFileSync(report, REVIEWED);
    const [built, reviewed] = [readFileSync(report, 'utf8'), readFileSync(REVIEWED, 'utf8')];
    assert.deepEqual({ added: linesOnlyIn(built, reviewed), removed: linesOnlyIn(reviewed, built) }, NOTHING);
    assert.equal(built, reviewed);
  });
});

function linesOnlyIn(one: string, other: string): string[] {
  const known = new Set(other.split('\n'));
  return one.split('\n').filter((line) => !known.has(line));
}

/** All but that the report is another, which is told line by line. */
function keepError(message: ExtractorMessage, errors: string[]): void {
  if (message.logLevel === ExtractorLogLevel.Error && message.category !== ExtractorMessageCategory.Console)
    errors.push(message.formatMessageWithLocation(''));
  message.handled = true;
}
