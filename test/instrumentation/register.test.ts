import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { profileText } from '../../src/profile/text.ts';
import { REGISTER } from '../support/entry-points.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';
import { runApp } from './child-app.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const OURS = `--import=${REGISTER}`;
const AUTO = '--import=@opentelemetry/auto-instrumentations-node/register';
const NO_COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '500' };

describe('otel-taskprof/register', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  const run = (nodeOptions: readonly string[], env: Record<string, string>) =>
    runApp(receiver.url, { app: 'plain.mjs', nodeOptions, env });

  for (const variable of ['OTEL_TASKPROF_ENABLED=false', 'OTEL_SDK_DISABLED=true']) {
    it(`stays off with ${variable}`, async () => {
      const [name = '', value = ''] = variable.split('=');
      const { code, stderr } = await run([OURS], { [name]: value });
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.deepEqual(receiver.profiles, []);
    });
  }

  it('profiles resources as well with OTEL_TASKPROF_RESOURCES=true', async () => {
    const env = { OTEL_PROFILES_EXPORTER: 'console', OTEL_TASKPROF_RESOURCES: 'true' };
    const { stdout, code } = await runApp(receiver.url, { app: 'timer.mjs', nodeOptions: [OURS], env });
    assert.equal(code, 0);
    assert.match(stdout, /^resources\/count, period 1 resources\/count$/m);
    assert.match(stdout, /^ {2}taskprof\.resource\.kind = "timer"$/m);
    assert.match(stdout, /^ {4}setOne .*timer\.mjs:\d+:\d+$/m);
  });

  it('exports to all that OTEL_PROFILES_EXPORTER names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'otel-taskprof-'));
    try {
      const { stdout, stderr } = await run([OURS], {
        OTEL_PROFILES_EXPORTER: 'otlp,console,file',
        OTEL_TASKPROF_FILE_FOLDER: join(folder, 'profiles'),
        // A pprof has no samples that are rounded to 0.
        OTEL_TASKPROF_FILE_FORMAT: 'otlp-protobuf',
        OTEL_TASKPROF_ORIGINAL_PAYLOAD: 'true',
      });
      assert.equal(stderr, '');
      assert.ok(receiver.functionNames.has('waitForever'));
      assert.match(stdout, /^tasks\/count, period 1 tasks\/count$/m);
      assert.match(stdout, /^ {4}waitForever .*work\.cjs:\d+:\d+$/m);
      const [file, ...others] = readdirSync(join(folder, 'profiles'));
      assert.deepEqual(others, []);
      const [written] = modelOfOtlp(readFileSync(join(folder, 'profiles', file!))).profiles;
      assert.match(profileText(written!), /waitForever/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('exports nothing with OTEL_PROFILES_EXPORTER=none', async () => {
    const { code, stdout } = await run([OURS], { OTEL_PROFILES_EXPORTER: 'none' });
    assert.equal(code, 0);
    assert.equal(stdout, 'ready\n');
    assert.deepEqual(receiver.profiles, []);
  });

  it('says nothing of a bad value where nobody asks for a log', async () => {
    const { stderr } = await run([OURS], { OTEL_TASKPROF_MAX_TASKS: 'many' });
    assert.equal(stderr, '');
    assert.equal(receiver.profiles.length, 1);
  });

  for (const [name, nodeOptions] of Object.entries({
    alone: [OURS],
    'loaded twice': [OURS, `--require=${REGISTER}`],
    'before auto-instrumentations': [OURS, AUTO],
    'after auto-instrumentations': [AUTO, OURS],
  })) {
    it(`warns once of a bad value with OTEL_LOG_LEVEL=warn, and of nothing else (${name})`, async () => {
      const { stderr } = await run(nodeOptions, { OTEL_TASKPROF_MAX_TASKS: 'many', OTEL_LOG_LEVEL: 'warn' });
      const lines = stderr.split('\n').filter((line) => line !== '');
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0] ?? '', /OTEL_TASKPROF_MAX_TASKS="many"/);
      assert.ok(receiver.functionNames.has('waitForever'));
    });
  }

  it('tells of a failed export even where the process lives shortly', async () => {
    const { code, stderr } = await run([OURS], { ...NO_COLLECTOR, OTEL_LOG_LEVEL: 'warn' });
    assert.equal(code, 0);
    assert.match(stderr, /profiles did not arrive/);
  });

  it('lets the application run where it cannot be loaded', async () => {
    // Without its dependencies.
    const folder = mkdtempSync(join(tmpdir(), 'otel-taskprof-'));
    try {
      for (const part of ['dist', 'package.json']) {
        cpSync(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(folder, part), { recursive: true });
      }
      const { code, stdout, stderr } = await run([`--import=${join(folder, 'dist/register.js')}`], {});
      assert.equal(code, 0);
      assert.equal(stdout, 'ready\n');
      assert.match(stderr, /otel-taskprof could not start, the application is not profiled: Cannot find package/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
