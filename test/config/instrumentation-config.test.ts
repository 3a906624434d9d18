import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { InvalidOptionError } from '../../src/base/errors.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { TaskProfiler, type TaskProfilerOptions } from '../../src/index.ts';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';

const DEFAULT_EXPORTERS = {
  exporters: ['otlp'],
  originalPayload: false,
  file: {
    folder: resolve('taskprof-profiles'),
    format: 'pprof',
    maxFolderBytes: 104_857_600,
    maxAgeMillis: 604_800_000,
  },
};

const DEFAULT_LABELS = {
  baggage: [],
  spanAttributes: ['http.route'],
  maxLabels: 16,
  maxKeyLength: 128,
  maxValueLength: 256,
};

describe('resolveInstrumentationSettings', () => {
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    const ignore = () => undefined;
    const logger = { error: ignore, info: ignore, debug: ignore, verbose: ignore };
    diag.setLogger({ ...logger, warn: (message) => warnings.push(message) }, DiagLogLevel.ALL);
  });

  afterEach(() => diag.disable());

  it('has a default for everything', () => {
    assert.deepEqual(resolveInstrumentationSettings({}, {}), {
      enabled: true,
      attach: true,
      profiler: {
        sampling: 'adaptive',
        maxTasks: 1024,
        overheadBudget: 0.01,
        maxStackDepth: 64,
        strongMillis: 1000,
        sourceMaps: 'auto',
        foldInternals: true,
        applicationRoot: true,
        anonymize: { paths: false, labels: [] },
        stuckMillis: 60000,
        labels: DEFAULT_LABELS,
        resources: false,
        cpu: false,
      },
      reader: { exportIntervalMillis: 10_000, exportTimeoutMillis: 10_000 },
      exporters: DEFAULT_EXPORTERS,
      timeline: undefined,
      workers: 'merged',
      spanProfileIds: false,
      triggers: {},
    });
  });

  it('takes every option from the environment', () => {
    const settings = resolveInstrumentationSettings(
      {},
      {
        OTEL_TASKPROF_ENABLED: 'False',
        OTEL_TASKPROF_ATTACH: 'false',
        OTEL_TASKPROF_SAMPLING: '0.25',
        OTEL_TASKPROF_MAX_TASKS: 'Infinity',
        OTEL_TASKPROF_OVERHEAD_BUDGET: '0.05',
        OTEL_TASKPROF_MAX_STACK_DEPTH: '32',
        OTEL_TASKPROF_STRONG_MILLIS: '500',
        OTEL_TASKPROF_SOURCE_MAPS: 'true',
        OTEL_TASKPROF_FOLD_INTERNALS: 'false',
        OTEL_TASKPROF_APPLICATION_ROOT: '/srv/shop',
        OTEL_TASKPROF_ANONYMIZE_PATHS: 'true',
        OTEL_TASKPROF_ANONYMIZE_LABELS: 'tenant, user',
        OTEL_TASKPROF_ANONYMIZE_KEY: 'sixteen letters!',
        OTEL_TASKPROF_LABEL_BAGGAGE: 'tenant, tier ,,tier',
        OTEL_TASKPROF_LABEL_SPAN_ATTRIBUTES: 'None',
        OTEL_TASKPROF_MAX_LABELS: '8',
        OTEL_TASKPROF_MAX_LABEL_KEY_LENGTH: '32',
        OTEL_TASKPROF_MAX_LABEL_VALUE_LENGTH: '64',
        OTEL_TASKPROF_TIMELINE_EVERY_NTH_ROOT: '500',
        OTEL_TASKPROF_EXPORT_INTERVAL: '5000',
        OTEL_TASKPROF_EXPORT_TIMEOUT: '4000',
        OTEL_PROFILES_EXPORTER: 'file,console',
        OTEL_TASKPROF_WORKERS: 'separate',
        OTEL_TASKPROF_SPAN_PROFILE_IDS: 'true',
        OTEL_TASKPROF_ORIGINAL_PAYLOAD: 'true',
        OTEL_TASKPROF_FILE_FOLDER: '/var/profiles',
        OTEL_TASKPROF_FILE_FORMAT: 'otlp-protobuf',
        OTEL_TASKPROF_FILE_MAX_BYTES: '1000000',
        OTEL_TASKPROF_FILE_MAX_AGE: '3600000',
        OTEL_TASKPROF_STUCK_MILLIS: '5000',
        OTEL_TASKPROF_TRIGGER_LIVE_TASKS: '5000',
        OTEL_TASKPROF_TRIGGER_OLDEST_WAIT: '30000',
        OTEL_TASKPROF_TRIGGER_EVENT_LOOP_DELAY: '250',
        OTEL_TASKPROF_TRIGGER_HEAP_USED: '80',
        OTEL_TASKPROF_TRIGGER_SIGNAL: 'SIGUSR2',
      },
    );
    assert.deepEqual(settings, {
      enabled: false,
      attach: false,
      profiler: {
        sampling: 0.25,
        maxTasks: Infinity,
        overheadBudget: 0.05,
        maxStackDepth: 32,
        strongMillis: 500,
        sourceMaps: true,
        foldInternals: false,
        applicationRoot: '/srv/shop',
        anonymize: { paths: true, labels: ['tenant', 'user'], key: 'sixteen letters!' },
        stuckMillis: 5000,
        labels: { baggage: ['tenant', 'tier'], spanAttributes: [], maxLabels: 8, maxKeyLength: 32, maxValueLength: 64 },
        resources: false,
        cpu: false,
      },
      reader: { exportIntervalMillis: 5000, exportTimeoutMillis: 4000 },
      exporters: {
        exporters: ['file', 'console'],
        originalPayload: true,
        file: {
          folder: resolve('/var/profiles'),
          format: 'otlp-protobuf',
          maxFolderBytes: 1_000_000,
          maxAgeMillis: 3_600_000,
        },
      },
      timeline: { everyNthRoot: 500, maxSlices: 16_384, overheadBudget: 0.015 },
      workers: 'separate',
      spanProfileIds: true,
      triggers: {
        triggerLiveTasks: 5_000,
        triggerOldestWaitMillis: 30_000,
        triggerEventLoopDelayMillis: 250,
        triggerHeapUsedPercent: 80,
        triggerSignal: 'SIGUSR2',
      },
    });
    assert.deepEqual(warnings, []);
  });

  it('prefers what the code says, unless it says undefined', () => {
    const environment = { OTEL_TASKPROF_SAMPLING: 'all', OTEL_TASKPROF_MAX_TASKS: '5' };
    const options = { sampling: 0.5, maxTasks: undefined } as { sampling: number };
    const { profiler } = resolveInstrumentationSettings(options, environment);
    assert.equal(profiler.sampling, 0.5);
    assert.equal(profiler.maxTasks, 5);
  });

  it('takes each label option from the code, else from the environment, else its default', () => {
    const environment = { OTEL_TASKPROF_LABEL_BAGGAGE: 'tenant', OTEL_TASKPROF_MAX_LABELS: '8' };
    const { profiler } = resolveInstrumentationSettings({ labels: { maxLabels: 4 } }, environment);
    assert.deepEqual(profiler.labels, { ...DEFAULT_LABELS, baggage: ['tenant'], maxLabels: 4 });
  });

  for (const [labels, message] of [
    ['route', 'labels must be an object of label options, got "route"'],
    [null, 'labels must be an object of label options, got null'],
    [{ baggage: 'tenant' }, 'labels.baggage must be a list of names without white space, got "tenant"'],
    [{ spanAttributes: ['a b'] }, "labels.spanAttributes must be a list of names without white space, got [ 'a b' ]"],
    [{ maxLabels: -1 }, 'labels.maxLabels must be a whole number from 0 to 128, got -1'],
    [{ maxKeyLength: 0 }, 'labels.maxKeyLength must be a whole number from 1 to 1024, got 0'],
    [{ maxValueLength: 1.5 }, 'labels.maxValueLength must be a whole number from 1 to 65536, got 1.5'],
  ] as const) {
    it(`refuses labels: ${JSON.stringify(labels)}`, () => {
      const options = { labels } as unknown as TaskProfilerOptions;
      assert.throws(() => resolveInstrumentationSettings(options, {}), { name: 'InvalidOptionError', message });
      assert.throws(() => new TaskProfiler(options), { name: 'InvalidOptionError', message });
    });
  }

  for (const value of ['true', 'TRUE', ' true ']) {
    it(`is switched off by OTEL_SDK_DISABLED=${JSON.stringify(value)}`, () => {
      assert.equal(resolveInstrumentationSettings({}, { OTEL_SDK_DISABLED: value }).enabled, false);
    });
  }

  it('is not switched off by OTEL_SDK_DISABLED=false', () => {
    assert.equal(resolveInstrumentationSettings({}, { OTEL_SDK_DISABLED: 'false' }).enabled, true);
  });

  it('takes an empty value for none', () => {
    const { profiler } = resolveInstrumentationSettings({}, { OTEL_TASKPROF_MAX_TASKS: ' ' });
    assert.equal(profiler.maxTasks, 1024);
    assert.deepEqual(warnings, []);
  });

  // A folder may have any name.
  for (const { name, isSecret = false } of ENVIRONMENT_VARIABLES.filter(
    (it) => it.name !== 'OTEL_TASKPROF_FILE_FOLDER',
  )) {
    it(`warns once of a bad ${name}, ${isSecret ? 'without' : 'with'} the value, and uses the default`, () => {
      const environment = { [name]: 'no such thing' };
      assert.deepEqual(resolveInstrumentationSettings({}, environment), resolveInstrumentationSettings({}, {}));
      resolveInstrumentationSettings({}, environment);

      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]!.includes(isSecret ? `${name} is` : `${name}="no such thing"`), warnings[0]);
      assert.equal(warnings[0]!.includes('no such thing'), !isSecret);
    });
  }

  for (const [value, exporters] of Object.entries({
    otlp: ['otlp'],
    ' Console , otlp ,': ['console', 'otlp'],
    'file,file,console': ['file', 'console'],
    none: [],
    'otlp,none': [],
    '': ['otlp'],
    ' , ': ['otlp'],
  })) {
    it(`exports to ${JSON.stringify(exporters)} with OTEL_PROFILES_EXPORTER=${JSON.stringify(value)}`, () => {
      const settings = resolveInstrumentationSettings({}, { OTEL_PROFILES_EXPORTER: value });
      assert.deepEqual(settings.exporters, { ...DEFAULT_EXPORTERS, exporters });
    });
  }

  it('warns of each exporter that it does not know and uses the others', () => {
    const environment = { OTEL_PROFILES_EXPORTER: 'pyroscope,console,parca' };
    assert.deepEqual(resolveInstrumentationSettings({}, environment).exporters.exporters, ['console']);
    resolveInstrumentationSettings({}, environment);
    assert.deepEqual(warnings, [
      'otel-taskprof: OTEL_PROFILES_EXPORTER: there is no exporter "pyroscope"',
      'otel-taskprof: OTEL_PROFILES_EXPORTER: there is no exporter "parca"',
    ]);
  });

  it('warns of a timeout in the environment that is longer than the interval', () => {
    const { reader } = resolveInstrumentationSettings(
      { exportIntervalMillis: 1000 },
      { OTEL_TASKPROF_EXPORT_TIMEOUT: '1001' },
    );
    assert.deepEqual(reader, { exportIntervalMillis: 1000, exportTimeoutMillis: 1000 });
    assert.match(warnings.join(), /export interval and timeout.*ignored.*1001/);
  });

  it('throws on a bad option, whatever the environment says', () => {
    assert.throws(
      () => resolveInstrumentationSettings({ exportIntervalMillis: -1 }, { OTEL_TASKPROF_EXPORT_INTERVAL: '1000' }),
      InvalidOptionError,
    );
  });

  it('knows each variable once, by its unit-less OpenTelemetry name', () => {
    const names = ENVIRONMENT_VARIABLES.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^OTEL_(TASKPROF_[A-Z_]+|PROFILES_EXPORTER)$/);
  });
});
