import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, validate } from './collector.ts';

const configurations = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'));

describe('examples/collector', () => {
  for (const name of configurations) {
    it(`${name} is valid for the Collector`, () => assert.equal(validate(join(EXAMPLES, name)), ''));
  }

  it('needs the feature gate for profiles', () => {
    assert.match(validate(join(EXAMPLES, 'agent.yaml'), []), /service\.profilesSupport/);
  });

  it('is described file by file', () => {
    const described = [...readFileSync(join(EXAMPLES, 'README.md'), 'utf8').matchAll(/^\| \[([\w-]+\.yaml)\]/gm)];
    assert.deepEqual(described.map(([, name]) => name).toSorted(), configurations.toSorted());
  });
});
