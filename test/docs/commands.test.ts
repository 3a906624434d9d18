import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { debugHandlerConfig } from '../../src/config/debug-endpoint.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { OTLP_ENVIRONMENT_VARIABLES } from '../../src/config/otlp-environment.ts';
import { parseQuery, parseTimelineQuery } from '../../src/debug/query.ts';
import { DOCUMENTS, prose, ROOT, snippetsIn } from './markdown.ts';
import { commandsOf, type ShellCommand } from './shell.ts';

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, unknown>;
  readonly scripts: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Variables of others that documents name. */
const OTHER_VARIABLES = [
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'CLICKHOUSE_USER',
  'CLICKHOUSE_PASSWORD',
  'UPDATE_GOLDENS',
  'DIFFERENTIAL_PROGRAMS',
];

/** Commands of others, whose arguments are theirs to check. */
const OTHERS = ['git', 'otelcol-contrib', '.ci/run'];

const VARIABLES = new Set([
  ...ENVIRONMENT_VARIABLES.map(({ name }) => name),
  ...Object.keys(OTLP_ENVIRONMENT_VARIABLES).flatMap((name) => [
    `OTEL_EXPORTER_OTLP_${name}`,
    `OTEL_EXPORTER_OTLP_PROFILES_${name}`,
  ]),
  ...OTHER_VARIABLES,
]);

/** Parses as the command does, and does nothing then. Throws what the command says. */
function checkTaskprof(words: readonly string[]): void {
  const program = createProgram();
  for (const command of [program, ...program.commands]) quieten(command);
  program.parse(words, { from: 'user' });
}

function quieten(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
}

function checkUrl(url: string): void {
  const { pathname, searchParams } = new URL(url.includes('://') ? url : `http://${url}`);
  const limits = debugHandlerConfig();
  assert.equal(pathname, limits.path);
  if (parseTimelineQuery(searchParams, limits) === undefined) parseQuery(searchParams, limits);
}

function checkNode(words: readonly string[]): void {
  for (const word of words.filter((one) => one.startsWith(`${manifest.name}/`))) {
    assert.ok(word.replace(manifest.name, '.') in manifest.exports, `the package has no entry ${word}`);
  }
}

function checkNpm([command = '', ...rest]: readonly string[]): void {
  if (command === 'install') {
    const known = [manifest.name, ...Object.keys(manifest.peerDependencies)];
    for (const name of rest.filter((word) => !word.startsWith('-'))) assert.ok(known.includes(name), name);
  } else if (!['ci', 'audit', 'publish', 'version'].includes(command)) {
    const script = command === 'run' ? rest[0]! : command;
    assert.ok(script in manifest.scripts, `there is no script ${script}`);
  }
}

/** Throws what is wrong with a command. */
function check(command: ShellCommand): void {
  try {
    checkWords(command);
  } catch (thrown) {
    assert.fail(`${command.words.join(' ')}: ${(thrown as Error).message}`);
  }
}

function checkWords({ variables, words }: ShellCommand): void {
  const [command, ...rest] = words;
  for (const name of variables) assert.ok(VARIABLES.has(name), `there is no variable ${name}`);
  if (command === undefined || OTHERS.includes(command)) return;
  if (command === 'taskprof') checkTaskprof(rest);
  else if (command === 'node') checkNode(rest);
  else if (command === 'npm') checkNpm(rest);
  else if (command === 'export') for (const word of rest) assert.ok(VARIABLES.has(word.split('=', 1)[0]!), word);
  else if (command === 'curl' || (command === 'go' && rest.join(' ').startsWith('tool pprof http')))
    checkUrl(rest.at(-1)!);
  else assert.fail(`nobody knows the command ${command}`);
}

describe('commands in documents', () => {
  for (const { place, code } of snippetsIn('sh')) {
    it(`are commands that there are: ${place}`, () => {
      for (const command of commandsOf(code)) check(command);
    });
  }

  it('have options that there are where they stand in a sentence', () => {
    const inline = DOCUMENTS.filter(({ file }) => file !== 'CHANGELOG.md')
      .flatMap((document) => [...prose(document).matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replaceAll('\n', ' ')))
      .filter((code) => /^taskprof \S+ /.test(code));
    assert.ok(inline.length > 3);
    for (const command of inline.flatMap((text) => commandsOf(text))) check(command);
  });
});
