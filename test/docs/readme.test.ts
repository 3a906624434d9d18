import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';
import * as api from '../../src/index.ts';

const README = new URL('../../README.md', import.meta.url);
const BEGIN = '<!-- environment variables: made from src/config/environment.ts, checked by a test -->\n';
const END = '<!-- end of environment variables -->';

/** The README's table of environment variables; `UPDATE_GOLDENS=1 npm run test:run` writes it anew. */
function environmentTable(): string {
  const rows = ENVIRONMENT_VARIABLES.map(
    ({ name, values, description }) => `| \`${name}\` | ${values} | ${description} |`,
  );
  return ['| variable | values | what it is |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function readme(): string {
  return readFileSync(README, 'utf8');
}

describe('README.md', () => {
  it('lists the environment variables that the code reads', () => {
    const text = readme();
    const from = text.indexOf(BEGIN) + BEGIN.length;
    const to = text.indexOf(END);
    if (process.env.UPDATE_GOLDENS === '1') {
      writeFileSync(README, text.slice(0, from) + environmentTable() + text.slice(to));
    }
    assert.equal(readme().slice(from, readme().indexOf(END)), environmentTable());
  });

  it('lists every option with its default', () => {
    const { profiler, reader } = resolveInstrumentationSettings({}, {});
    const rows = new Map(
      [...readme().matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, option, value]) => [option, value!.trim()]),
    );
    for (const [option, value] of Object.entries({ ...profiler, exportIntervalMillis: reader.exportIntervalMillis })) {
      const shown = rows.get(option)?.replace(/^`'(.*)'`$/, '$1');
      assert.equal(shown, String(value), option);
    }
  });

  it('imports only names that the package has', () => {
    const names = [...readme().matchAll(/import \{ ([^}]+) \} from 'otel-taskprof'/g)].flatMap(([, list]) =>
      list!.split(',').map((name) => name.trim()),
    );
    assert.ok(names.length >= 3);
    for (const name of names) assert.ok(name in api, name);
  });
});
