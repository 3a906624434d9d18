import assert from 'node:assert/strict';
import { TaskProfilerInstrumentation, type ProfilesData } from '../../src/index.ts';
import { burn } from '../support/burn.ts';
import { datadogPprof } from '../support/datadog-pprof.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { REGISTER } from '../support/entry-points.ts';
import { RecordingExporter } from '../support/recording-exporter.ts';
import { gate, settled } from '../support/settled.ts';
import { appFile, runApp } from './child-app.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const IMPORTED = `--import=${REGISTER}`;

describe('the instrumentation with the option cpu', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  const typesIn = ({ profiles }: { profiles: readonly { sampleType: { type: string } }[] }): string[] =>
    profiles.map(({ sampleType }) => sampleType.type);

  it('exports where the CPU time went in the same message as the tasks, each interval by itself', async function () {
    if (datadogPprof() === undefined) this.skip();
    const exporter = new RecordingExporter();
    const cpu = { samplingFrequencyHz: 500 };
    const instrumentation = new TaskProfilerInstrumentation({ exporter, cpu, exportIntervalMillis: 1e6 });
    const open = gate();
    const waits = async (): Promise<void> => await open.promise;
    const waiting = waits();
    await settled();
    function burnFirst(): void {
      burn(60);
    }
    function burnSecond(): void {
      burn(60);
    }
    burnFirst();
    await instrumentation.forceFlush();
    burnSecond();
    await instrumentation.shutdown();
    open.open();
    await waiting;
    const [first, second] = exporter.exports;
    const namesIn = (data: ProfilesData): string[] =>
      data.profiles
        .find(({ sampleType }) => sampleType.type === 'cpu')!
        .samples.flatMap(({ stack }) => stack.map((entry) => ('functionName' in entry ? entry.functionName : '')));
    assert.deepEqual(typesIn(first!), ['tasks', 'wait', 'cpu']);
    assert.ok(namesIn(first!).includes('burnFirst') && !namesIn(first!).includes('burnSecond'));
    assert.ok(namesIn(second!).includes('burnSecond') && !namesIn(second!).includes('burnFirst'));
  });

  it('says once that the package is missing, and does everything else', async () => {
    const { code, stderr, stdout } = await runApp(receiver.url, {
      app: appFile('plain.cjs'),
      nodeOptions: [`--require=${appFile('without-pprof.cjs')}`, IMPORTED],
      env: { OTEL_TASKPROF_CPU: 'true', OTEL_LOG_LEVEL: 'warn', OTEL_TASKPROF_EXPORT_INTERVAL: '1000' },
    });
    assert.equal(code, 0);
    const lines = (stdout + stderr).split('\n').filter((line) => line.includes('on-CPU'));
    assert.equal(lines.length, 1, stdout + stderr);
    assert.match(lines[0]!, /the on-CPU profile needs the package @datadog\/pprof \(npm install @datadog\/pprof\)/);
    assert.deepEqual(receiver.profiles.flatMap(typesIn), ['tasks', 'wait']);
  });

  it('says so as well where another profiler of its kind runs in the thread', async function () {
    const pprof = datadogPprof();
    if (pprof === undefined) this.skip();
    pprof.time.start({ intervalMicros: 10_000 });
    const said = recordDiag();
    const exporter = new RecordingExporter();
    const instrumentation = new TaskProfilerInstrumentation({ exporter, cpu: true });
    await instrumentation.shutdown();
    said.stop();
    pprof.time.stop();
    assert.equal(
      said.lines.filter((line) => /^warn .*there is no on-CPU profile: .*already active/.test(line)).length,
      1,
    );
  });
});
