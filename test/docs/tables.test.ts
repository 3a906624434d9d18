import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';
import { otlpExporterConfig } from '../../src/config/otlp-exporter.ts';
import { OTLP_ENVIRONMENT_VARIABLES } from '../../src/config/otlp-environment.ts';
import { METRICS } from '../../src/metrics/metric-table.ts';

const documentOf = (file: string): URL => new URL(`../../${file}`, import.meta.url);
const textOf = (file: string): string => readFileSync(documentOf(file), 'utf8');

interface Row {
  readonly name: string;
  readonly values: string;
  readonly description: string;
}

interface Table {
  readonly file: string;
  readonly begin: string;
  readonly end: string;
  readonly columns?: readonly [string, string, string];
  readonly rows: readonly Row[];
}

/** Tables that are made from the code; `UPDATE_GOLDENS=1 npm run test:run` writes them anew. */
const TABLES: Record<string, Table> = {
  "environment variables of the package's own": {
    file: 'docs/configuration.md',
    begin: '<!-- environment variables: made from src/config/environment.ts, checked by a test -->\n',
    end: '<!-- end of environment variables -->',
    rows: ENVIRONMENT_VARIABLES,
  },
  'environment variables of OTLP': {
    file: 'docs/configuration.md',
    begin: '<!-- OTLP variables: made from src/config/otlp-environment.ts, checked by a test -->\n',
    end: '<!-- end of OTLP variables -->',
    rows: Object.entries(OTLP_ENVIRONMENT_VARIABLES).map(([name, row]) => ({ name: `..._${name}`, ...row })),
  },
  metrics: {
    file: 'docs/metrics.md',
    begin: '<!-- metrics: made from src/metrics/metric-table.ts, checked by a test -->\n',
    end: '<!-- end of metrics -->',
    columns: ['metric', 'kind, unit', 'what it is'],
    rows: METRICS.map(({ name, kind, unit, description }) => ({ name, values: `${kind}, \`${unit}\``, description })),
  },
};

function tableOf({ rows, columns = ['variable', 'values', 'what it is'] }: Table): string {
  const lines = rows.map(({ name, values, description }) => `| \`${name}\` | ${values} | ${description} |`);
  return [`| ${columns.join(' | ')} |`, '| --- | --- | --- |', ...lines, ''].join('\n');
}

describe('the documents', () => {
  for (const [which, table] of Object.entries(TABLES)) {
    const { file, begin, end } = table;
    it(`list what the code has: ${which}`, () => {
      const text = textOf(file);
      const from = text.indexOf(begin) + begin.length;
      if (process.env.UPDATE_GOLDENS === '1') {
        writeFileSync(documentOf(file), text.slice(0, from) + tableOf(table) + text.slice(text.indexOf(end)));
      }
      assert.equal(textOf(file).slice(from, textOf(file).indexOf(end)), tableOf(table));
    });
  }

  it('list every option with its default', () => {
    const {
      profiler: { labels, anonymize, ...profiler },
      reader,
      workers,
      spanProfileIds,
    } = resolveInstrumentationSettings({}, {});
    const rows = new Map(
      [...`${textOf('docs/configuration.md')}${textOf('docs/labels.md')}`.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(
        ([, option, value]) => [option, value!.trim()],
      ),
    );
    assert.deepEqual([rows.get('anonymize'), anonymize], ['nothing', { paths: false, labels: [] }]);
    const { protocol, timeoutMillis, compression, concurrencyLimit } = otlpExporterConfig();
    const otlp = { protocol, timeoutMillis, compression, concurrencyLimit };
    const { exportIntervalMillis } = reader;
    const resources = profiler.resources !== false;
    const cpu = profiler.cpu !== false;
    const all = { ...profiler, ...labels, resources, cpu, exportIntervalMillis, workers, spanProfileIds, ...otlp };
    for (const [option, value] of Object.entries(all)) {
      const shown = rows.get(option)?.replace(/^`'(.*)'`$/, '$1');
      const expected = Array.isArray(value) ? `\`[${value.map((name) => `'${name}'`).join(', ')}]\`` : String(value);
      assert.equal(shown, expected, option);
    }
  });
});
