import assert from 'node:assert/strict';
import { type AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type Context, context, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import {
  type CpuSample,
  type CpuSnapshot,
  pprofToProfiles,
  snapshotToPprof,
  snapshotToProfile,
  TaskProfiler,
  type TaskProfilerOptions,
  withTaskLabels,
} from '../../src/index.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { PLAIN_VIEW } from '../../src/frames/stack-view.ts';
import { endCpuInterval } from '../../src/snapshot/cpu-snapshot.ts';
import { burn } from '../support/burn.ts';
import { datadogPprof } from '../support/datadog-pprof.ts';
import { sourceLine } from '../support/frames.ts';

const tracer = new TracerProvider().getTracer('test');
/** At 1,000 samples a second chance leaves none out of this. */
const ENOUGH_MILLIS = 60;

function burnAtOnce(): void {
  burn(ENOUGH_MILLIS);
}

function burnLater(): void {
  burn(ENOUGH_MILLIS);
}

function burnOutside(): void {
  burn(ENOUGH_MILLIS);
}

function burnNested(): void {
  burn(ENOUGH_MILLIS);
}

const spanOf = (span: Span): { traceId: string; spanId: string } => {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
};

describe('the on-CPU profile', function () {
  let profiler: TaskProfiler;
  const manager = new AsyncLocalStorageContextManager();

  before(function () {
    if (datadogPprof() === undefined) this.skip();
  });

  beforeEach(() => {
    context.setGlobalContextManager(manager.enable());
    profiler = new TaskProfiler({ cpu: { samplingFrequencyHz: 1_000 } });
    profiler.start();
  });

  afterEach(() => {
    profiler.stop();
    context.disable();
  });

  async function profileOf(work: () => unknown): Promise<CpuSnapshot> {
    const interval = profiler.openCpuInterval();
    await work();
    return endCpuInterval(interval, PLAIN_VIEW);
  }

  /** Where the function was on top, or just below what it calls. */
  function samplesOf(name: string, { samples }: CpuSnapshot): CpuSample[] {
    return samples.filter(({ stack }) => stack.some(({ functionName }) => functionName === name));
  }

  const cpuOf = (samples: readonly CpuSample[]): number => samples.reduce((sum, { cpuNanos }) => sum + cpuNanos, 0);

  /** Nearly all of it: what starts or ends with a sample may be told of the next. */
  function assertMostly(name: string, snapshot: CpuSnapshot, is: (sample: CpuSample) => boolean): void {
    const samples = samplesOf(name, snapshot);
    assert.ok(samples.length > 0, `${name} is in the profile`);
    const share = cpuOf(samples.filter(is)) / cpuOf(samples);
    assert.ok(share > 0.9, `${name}: ${share} of its time`);
  }

  it('tells the span that was active, at once, after an await, in a callback, and none outside', async () => {
    const spans: Span[] = [];
    const snapshot = await profileOf(async () => {
      burnOutside();
      await tracer.startActiveSpan('request', async (span) => {
        spans.push(span);
        burnAtOnce();
        await sleep(1);
        burnLater();
        await new Promise<void>((resolve) => setTimeout(() => (burnNested(), resolve()), 1));
      });
      burnOutside();
    });
    const [request] = spans;
    for (const name of ['burnAtOnce', 'burnLater', 'burnNested']) {
      assertMostly(name, snapshot, ({ span }) => span?.spanId === request!.spanContext().spanId);
      assert.deepEqual(samplesOf(name, snapshot).find(({ span }) => span)!.span, spanOf(request!));
    }
    assertMostly('burnOutside', snapshot, ({ span }) => span === undefined);
  });

  it('keeps the spans of concurrent requests apart', async () => {
    const spans: Span[] = [];
    const request = (work: () => void): Promise<void> =>
      tracer.startActiveSpan('request', async (span) => {
        spans.push(span);
        await nextTurn();
        for (let i = 0; i < 3; i++) await nextTurn().then(() => work());
      });
    const snapshot = await profileOf(() => Promise.all([request(burnAtOnce), request(burnLater)]));
    assertMostly('burnAtOnce', snapshot, ({ span }) => span?.spanId === spans[0]!.spanContext().spanId);
    assertMostly('burnLater', snapshot, ({ span }) => span?.spanId === spans[1]!.spanContext().spanId);
  });

  it('has the context again that was active before an inner one', async () => {
    const snapshot = await profileOf(() =>
      withTaskLabels({ tier: 'outer' }, () => {
        withTaskLabels({ tier: 'inner' }, burnNested);
        burnAtOnce();
        new AsyncResource('Scope').runInAsyncScope(() => undefined);
        burnLater();
      }),
    );
    assertMostly('burnNested', snapshot, ({ labels }) => labels.tier === 'inner');
    assertMostly('burnAtOnce', snapshot, ({ labels }) => labels.tier === 'outer');
    assertMostly('burnLater', snapshot, ({ labels }) => labels.tier === 'outer');
  });

  it('has labels: those of withTaskLabels, and the route that the span gets only later', async () => {
    const snapshot = await profileOf(() =>
      tracer.startActiveSpan('request', async (span) => {
        withTaskLabels({ tenant: 'acme' }, burnAtOnce);
        burnLater();
        await nextTurn();
        span.setAttribute('http.route', '/orders/:id');
        span.end();
      }),
    );
    const route = '/orders/:id';
    assertMostly('burnAtOnce', snapshot, ({ labels }) => labels.tenant === 'acme' && labels['http.route'] === route);
    assertMostly('burnLater', snapshot, ({ labels }) => labels['http.route'] === route && !('tenant' in labels));
  });

  it('adds up to the CPU time of the process, and says where time was measured and where estimated', async () => {
    let used = { user: 0, system: 0 };
    const snapshot = await profileOf(async () => {
      const before = process.cpuUsage();
      burnAtOnce();
      burnLater();
      used = process.cpuUsage(before);
      // What comes after the last sample is not in it: until there was one more.
      await sleep(50);
    });
    const ratio = snapshot.totalCpuNanos / (1e3 * (used.user + used.system));
    assert.ok(ratio > 0.8 && ratio < 1.2, `${ratio} of ${used.user + used.system} us`);
    assert.equal(Math.round(snapshot.totalCpuNanos), Math.round(cpuOf(snapshot.samples)));
    const [first] = samplesOf('burnAtOnce', snapshot);
    assert.ok(first!.standardError > 0 && first!.standardError <= first!.cpuNanos);
    assert.ok(snapshot.runningNanos <= Number(snapshot.durationNano));
  });

  it('is cpu/nanoseconds with the period of its frequency, sound, and the same as pprof', async () => {
    const snapshot = await profileOf(burnAtOnce);
    const profile = snapshotToProfile(snapshot);
    checkProfile(profile);
    assert.deepEqual([profile.sampleType, profile.period], [{ type: 'cpu', unit: 'nanoseconds' }, 1_000_000]);
    const [read] = pprofToProfiles(snapshotToPprof(snapshot)).data.profiles;
    const sum = (values: typeof profile): number => values.samples.reduce((all, { value }) => all + Number(value), 0);
    assert.equal(sum(read!), sum(profile));
    assert.deepEqual(read!.sampleType, profile.sampleType);
  });

  it('shows positions of functions, and all of our own code as one frame', async () => {
    const snapshot = await profileOf(() => {
      burnAtOnce();
      for (let i = 0; i < 400; i++) profiler.snapshot();
    });
    const [sample] = samplesOf('burnAtOnce', snapshot);
    const frame = sample!.stack.find(({ functionName }) => functionName === 'burnAtOnce')!;
    assert.match(sourceLine(frame), /^function burnAtOnce/);
    assert.ok(frame.column > 0);
    assert.ok(samplesOf('(otel-taskprof)', snapshot).length > 0);
    const files = snapshot.samples.flatMap(({ stack }) => stack.map(({ file }) => file));
    assert.deepEqual(
      files.filter((file) => file.includes('/src/') && !file.includes('node_modules')),
      [],
    );
  });

  it('is of the interval alone, whoever else has one at the same time', async () => {
    const outer = profiler.openCpuInterval();
    burnAtOnce();
    const inner = await profileOf(burnLater);
    burnNested();
    const whole = endCpuInterval(outer, PLAIN_VIEW);
    assert.deepEqual([samplesOf('burnAtOnce', inner).length, samplesOf('burnNested', inner).length], [0, 0]);
    for (const name of ['burnAtOnce', 'burnLater', 'burnNested']) assert.ok(samplesOf(name, whole).length > 0, name);
  });

  it('comes after so many milliseconds from profileCpu, and keeps no process running', async () => {
    const until = profiler.profileCpu({ durationMillis: 20 });
    burnAtOnce();
    const keep = setTimeout(() => undefined, 10_000);
    const snapshot = await until;
    clearTimeout(keep);
    assert.ok(samplesOf('burnAtOnce', snapshot).length > 0);
    await assert.rejects(profiler.profileCpu({ durationMillis: 0 }), /durationMillis must be a number/);
  });

  it('is refused with the reason where another one runs in the thread, or the profiler does not', async () => {
    const interval = profiler.openCpuInterval();
    const other = new TaskProfiler();
    other.start();
    assert.throws(() => other.openCpuInterval(), /there is no on-CPU profile: .*another profiler is already active/);
    endCpuInterval(interval, PLAIN_VIEW);
    endCpuInterval(other.openCpuInterval(), PLAIN_VIEW);
    other.stop();
    await assert.rejects(other.profileCpu(), /the profiler does not run/);
  });

  it('is there where the storage of the context manager is closed to additions', async () => {
    const closed = new AsyncLocalStorageContextManager();
    Object.preventExtensions((closed as unknown as { _asyncLocalStorage: object })._asyncLocalStorage);
    context.disable();
    context.setGlobalContextManager(closed.enable());
    const snapshot = await profileOf(() => withTaskLabels({ tenant: 'acme' }, burnAtOnce));
    assert.ok(samplesOf('burnAtOnce', snapshot).length > 0);
  });

  it('calls what runs in a context as Node does, without a receiver', async () => {
    const { _asyncLocalStorage: storage } = manager as unknown as { _asyncLocalStorage: AsyncLocalStorage<unknown> };
    function receiver(this: unknown): unknown {
      return this;
    }
    const receivers = (): unknown[] => [storage.run({}, receiver), storage.run(storage.getStore(), receiver)];
    const before = receivers();
    await profileOf(() => assert.deepEqual(receivers(), before));
  });

  it('leaves the context manager as it was', async () => {
    const { _asyncLocalStorage: storage } = manager as unknown as { _asyncLocalStorage: object };
    const before = Reflect.ownKeys(storage);
    await profileOf(() => assert.notDeepEqual(Reflect.ownKeys(storage), before));
    assert.deepEqual(Reflect.ownKeys(storage), before);
  });

  it('keeps neither contexts nor spans alive', async () => {
    await profileOf(async () => {
      const kept = new WeakRef<object>(enterOnce());
      const span = new WeakRef<object>(startOnce());
      for (let i = 0; i < 100 && (kept.deref() || span.deref()); i++) {
        await nextTurn();
        globalThis.gc!();
      }
      assert.deepEqual([kept.deref(), span.deref()], [undefined, undefined]);
    });
    function enterOnce(): object {
      const entered = context.active().setValue(Symbol('value'), new Error('would lead back'));
      context.with(entered, () => withTaskLabels({ tenant: 'acme' }, () => undefined));
      return entered;
    }
    function startOnce(): object {
      return tracer.startActiveSpan('request', (span) => (span.end(), span));
    }
  });

  it('leaves errors as many frames in a context, and what is thrown and given back in it', async () => {
    const nameOf = (line: string): string => line.replace(/ \(.*|file:.*/, '').replace('AsyncLocalStorage.', '');
    const stackOf = (): string[] => {
      const lines = context.with(labelled, () => new Error('a stack').stack!.split('\n'));
      const names = lines.map(nameOf);
      return names.slice(
        0,
        names.findIndex((name) => name.endsWith('stackOf')),
      );
    };
    let labelled!: Context;
    withTaskLabels({ tenant: 'acme' }, () => (labelled = context.active()));
    const before = stackOf();
    await profileOf(() => {
      assert.deepEqual(stackOf(), before);
      assert.equal(
        context.with(labelled, (...args: number[]) => args.length, undefined, 1, 2),
        2,
      );
      assert.throws(() => context.with(labelled, () => assert.fail('thrown inside')), /thrown inside/);
      assert.notEqual(context.active(), labelled);
    });
  });

  it('does not hide tasks whose calls go through the context', async () => {
    await profileOf(async () => {
      const waits = async (): Promise<void> => {
        await sleep(1);
      };
      const parked = withTaskLabels({ tenant: 'acme' }, () => waits());
      const names = profiler.snapshot().samples.flatMap(({ stack }) => stack.map(({ functionName }) => functionName));
      assert.ok(names.includes('waits'), names.join());
      await parked;
    });
  });

  it('shows frames and labels as snapshots do: anonymized where that is asked for, of paths below the root else', async () => {
    const file = /cpu-profile\.test|burn\./;
    const shownBy = async (options: TaskProfilerOptions): Promise<CpuSample[]> => {
      const one = new TaskProfiler({ ...options, cpu: { samplingFrequencyHz: 1_000 } });
      profiler.stop();
      one.start();
      try {
        const shown = one.profileCpu({ durationMillis: 200 });
        await withTaskLabels({ tenant: 'acme' }, async () => {
          burnAtOnce();
          await sleep(1);
        });
        return samplesOf('burnAtOnce', await shown);
      } finally {
        one.stop();
      }
    };
    const plain = await shownBy({});
    assert.ok(plain.some(({ stack }) => stack.some((frame) => frame.file === 'test/cpu/cpu-profile.test.ts')));
    assert.ok(plain.some(({ labels }) => labels.tenant === 'acme'));
    const hidden = await shownBy({ anonymize: { paths: true, labels: ['tenant'] } });
    assert.ok(hidden.length > 0);
    assert.ok(!hidden.some(({ stack }) => stack.some((frame) => file.test(frame.file))));
    assert.ok(hidden.some(({ labels }) => labels.tenant !== undefined && labels.tenant !== 'acme'));
  });
});
