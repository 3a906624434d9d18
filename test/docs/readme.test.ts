import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';
import { otlpExporterConfig } from '../../src/config/otlp-exporter.ts';
import { OTLP_ENVIRONMENT_VARIABLES } from '../../src/config/otlp-environment.ts';
import * as api from '../../src/index.ts';

const README = new URL('../../README.md', import.meta.url);
interface Row {
  readonly name: string;
  readonly values: string;
  readonly description: string;
}

/** Tables of environment variables that are made from the code; `UPDATE_GOLDENS=1 npm run test:run` writes them anew. */
const TABLES: Record<string, { readonly begin: string; readonly end: string; readonly rows: readonly Row[] }> = {
  "the package's own": {
    begin: '<!-- environment variables: made from src/config/environment.ts, checked by a test -->\n',
    end: '<!-- end of environment variables -->',
    rows: ENVIRONMENT_VARIABLES,
  },
  'those of OTLP': {
    begin: '<!-- OTLP variables: made from src/config/otlp-environment.ts, checked by a test -->\n',
    end: '<!-- end of OTLP variables -->',
    rows: Object.entries(OTLP_ENVIRONMENT_VARIABLES).map(([name, row]) => ({ name: `..._${name}`, ...row })),
  },
};

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, values, description }) => `| \`${name}\` | ${values} | ${description} |`);
  return ['| variable | values | what it is |', '| --- | --- | --- |', ...lines, ''].join('\n');
}

function readme(): string {
  return readFileSync(README, 'utf8');
}

describe('README.md', () => {
  for (const [which, { begin, end, rows }] of Object.entries(TABLES)) {
    it(`lists the environment variables that the code reads: ${which}`, () => {
      const text = readme();
      const from = text.indexOf(begin) + begin.length;
      if (process.env.UPDATE_GOLDENS === '1') {
        writeFileSync(README, text.slice(0, from) + tableOf(rows) + text.slice(text.indexOf(end)));
      }
      assert.equal(readme().slice(from, readme().indexOf(end)), tableOf(rows));
    });
  }

  it('lists every option with its default', () => {
    const { profiler, reader } = resolveInstrumentationSettings({}, {});
    const rows = new Map(
      [...readme().matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, option, value]) => [option, value!.trim()]),
    );
    const { protocol, timeoutMillis, compression, concurrencyLimit } = otlpExporterConfig();
    const otlp = { protocol, timeoutMillis, compression, concurrencyLimit };
    const { exportIntervalMillis } = reader;
    const resources = profiler.resources !== false;
    for (const [option, value] of Object.entries({ ...profiler, resources, exportIntervalMillis, ...otlp })) {
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
