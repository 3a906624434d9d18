import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runApp } from '../instrumentation/child-app.ts';
import { OtlpReceiver } from '../instrumentation/otlp-receiver.ts';
import { isFirstNode } from '../support/one-node.ts';
import { npmProject } from './npm-project.ts';

const INSTALL_TIMEOUT_MILLIS = 300_000;

const SETUP = `
const sdk = new NodeSDK({ instrumentations: [new TaskProfilerInstrumentation({ sampling: 'all' })] });
sdk.start();
async function waitForever() { await new Promise(() => {}); }
void waitForever();
setTimeout(() => { void sdk.shutdown(); }, 50);
`;

const IMPORTS = `
import { NodeSDK } from '@opentelemetry/sdk-node';
import { TaskProfilerInstrumentation } from 'otel-taskprof';
`;

const REQUIRES = `
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { TaskProfilerInstrumentation } = require('otel-taskprof');
`;

/** Prints the functions of each stack. */
const LABELS = `
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';
import { TaskProfiler, startDebugServer, withTaskLabels } from 'otel-taskprof';
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const profiler = new TaskProfiler({ sampling: 'all' });
profiler.start();
async function waitForever() { await new Promise(() => {}); }
function callsIt() { withTaskLabels({ tier: 'gold' }, waitForever); }
setImmediate(callsIt);
void startDebugServer(profiler, { port: 0 });
setImmediate(() => {
  const stacks = profiler.snapshot().samples.map(({ stack }) => stack.filter(({ file }) => !/^node:|@opentelemetry/.test(file)));
  console.log(JSON.stringify(stacks.map((stack) => stack.map(({ functionName }) => functionName))));
  process.exit();
});
`;

/** Uses every public name as a type, so that the compiler reads every declaration. */
const TYPES = `
import { InvalidOptionError, OtlpProfileExporter, otlpToProfiles, TaskProfiler, withTaskLabels } from 'otel-taskprof';
import type {
  ExportCounts, LabelValue, OtlpExporterOptions, OtlpImport, OtlpProtocol, OtlpTlsOptions, ProfileExporter, ProfilesData, SnapshotOptions, SpanReference, StackFrame,
  TaskProfilerInstrumentationConfig, TaskProfilerOptions, TaskSample, TaskSnapshot,
} from 'otel-taskprof';
export const exporter: ProfileExporter = {
  export: (data: ProfilesData) => Promise.resolve({ status: data.profiles.length > 0 ? 'success' : 'failure', error: new Error() }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
export const protocol: OtlpProtocol = 'grpc';
export const tls: OtlpTlsOptions = { ca: Buffer.from('') };
export const otlpOptions: OtlpExporterOptions = { protocol, tls, maxRequestBytes: 1_000_000 };
export const counts: ExportCounts = new OtlpProfileExporter(otlpOptions).counts;
export const config: TaskProfilerInstrumentationConfig = { exporter, exportIntervalMillis: 5_000, maxTasks: Infinity };
export const options: TaskProfilerOptions & SnapshotOptions = { sampling: 0.5, minWaitMillis: 10 };
export const label: LabelValue = withTaskLabels({ tier: 'gold' }, () => 1);
const snapshot: TaskSnapshot = new TaskProfiler(options).snapshot({ matching: /pool/ });
export const sample: TaskSample | undefined = snapshot.samples[0];
export const frame: StackFrame | undefined = sample?.stack[0];
export const span: SpanReference | undefined = sample?.span;
export const read: OtlpImport = otlpToProfiles(new Uint8Array());
export const error: Error = new InvalidOptionError('maxTasks', 'a whole number', -1);
`;

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    outDir: 'out',
    rootDir: 'src',
  },
});

describe('the packed package in a project of its own', () => {
  let folder: string;
  let receiver: OtlpReceiver;

  before(function () {
    this.timeout(INSTALL_TIMEOUT_MILLIS);
    folder = npmProject('consumer', {
      '@opentelemetry/api': '1.10.0',
      '@opentelemetry/sdk-node': '0.301.0',
      '@types/node': '24.19.2',
      typescript: '6.0.3',
      ...(isFirstNode && { 'typescript-7': 'npm:typescript@7.0.2' }),
    });
    mkdirSync(join(folder, 'src'), { recursive: true });
  });

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  async function assertExports(file: string): Promise<void> {
    const { code, stderr } = await runApp(receiver.url, { app: join(folder, file), cwd: folder });
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.ok(receiver.functionNames.has('waitForever'));
  }

  it('exports profiles from an ES module', async () => {
    writeFileSync(join(folder, 'app.mjs'), IMPORTS + SETUP);
    await assertExports('app.mjs');
  });

  it('exports profiles from a CommonJS module', async () => {
    writeFileSync(join(folder, 'app.cjs'), REQUIRES + SETUP);
    await assertExports('app.cjs');
  });

  it('exports profiles from TypeScript, of either kind of module, and has declarations that compile', async function () {
    this.timeout(INSTALL_TIMEOUT_MILLIS);
    writeFileSync(join(folder, 'tsconfig.json'), TSCONFIG);
    writeFileSync(join(folder, 'src/esm.mts'), IMPORTS + SETUP);
    writeFileSync(join(folder, 'src/cjs.cts'), IMPORTS + SETUP);
    writeFileSync(join(folder, 'src/types.mts'), TYPES);
    execFileSync(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc')], {
      cwd: folder,
      stdio: 'inherit',
    });
    await assertExports('out/esm.mjs');
    await assertExports('out/cjs.cjs');
  });

  for (const resolution of isFirstNode ? ['nodenext', 'bundler'] : []) {
    it(`has declarations that compile with TypeScript 7 and the resolution ${resolution}`, function () {
      this.timeout(INSTALL_TIMEOUT_MILLIS);
      writeFileSync(join(folder, 'tsconfig.json'), TSCONFIG);
      writeFileSync(join(folder, 'src/types.mts'), TYPES);
      const module = resolution === 'bundler' ? 'preserve' : resolution;
      const args = [join(folder, 'node_modules/typescript-7/bin/tsc'), '--noEmit', '--module', module];
      execFileSync(process.execPath, [...args, '--moduleResolution', resolution], { cwd: folder, stdio: 'inherit' });
    });
  }

  it('shows its own frames in no stack', () => {
    writeFileSync(join(folder, 'labels.mjs'), LABELS);
    const output = execFileSync(process.execPath, [join(folder, 'labels.mjs')], { cwd: folder, encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), [['waitForever', 'Immediate.callsIt']]);
  });

  it('has the command', () => {
    const command = realpathSync(join(folder, 'node_modules/.bin/taskprof'));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.equal(
      execFileSync(process.execPath, [command, '--version'], { cwd: folder, encoding: 'utf8' }),
      `${version}\n`,
    );
    assert.match(readFileSync(command, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });

  it('exports profiles of an application that knows nothing of it', async () => {
    writeFileSync(
      join(folder, 'plain.mjs'),
      'async function waitForever() { await new Promise(() => {}); }\nvoid waitForever();',
    );
    const nodeOptions = ['--import=otel-taskprof/register'];
    await runApp(receiver.url, { app: join(folder, 'plain.mjs'), cwd: folder, nodeOptions });
    assert.ok(receiver.functionNames.has('waitForever'));
  });
});
