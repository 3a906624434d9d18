import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, validate } from './collector.ts';

const example = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');
const configurations = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'));

describe('examples/collector', () => {
  for (const name of configurations) {
    it(`${name} is valid for the Collector`, () => assert.equal(validate(example(name)), ''));
  }

  it('needs the feature gate for profiles', () => {
    assert.match(validate(example('agent.yaml'), []), /service\.profilesSupport/);
  });

  it('is described file by file', () => {
    const described = [...example('README.md').matchAll(/^\| \[([\w-]+\.yaml)\]/gm)];
    assert.deepEqual(described.map(([, name]) => name).toSorted(), configurations.toSorted());
  });
});

describe('the README', () => {
  it('shows a configuration that is valid for the Collector', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, configuration = ''] = /```yaml\n(receivers:[^`]*)```/.exec(readme) ?? [];
    assert.equal(validate(configuration), '');
  });
});
