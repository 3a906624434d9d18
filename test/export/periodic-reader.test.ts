import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mock } from 'node:test';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isOwnContext } from '../../src/base/own-context.ts';
import type { ExportOutcome, ProfileExporter, ProfileSource } from '../../src/export/exporter.ts';
import { PeriodicProfileReader } from '../../src/export/periodic-reader.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { profile, profilesData } from '../support/profiles-data.ts';

const INTERVAL = 1000;
const TIMEOUT = 400;

/** Gives a profile whose period is the number of the collection. */
class CountingSource implements ProfileSource {
  collections = 0;
  collect(): Promise<ProfilesData | undefined> {
    return Promise.resolve(profilesData(profile({ period: ++this.collections })));
  }
}

/** Remembers what it was given; while `held`, exports end only with `release`. */
class RecordingExporter implements ProfileExporter {
  readonly events: (number | string)[] = [];
  held = false;
  readonly #waiting: (() => void)[] = [];

  async export(data: ProfilesData): Promise<ExportOutcome> {
    this.events.push(Number(data.profiles[0]!.period));
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return { status: 'success' };
  }

  release(): void {
    this.#waiting.shift()!();
  }

  async forceFlush(): Promise<void> {
    this.events.push('flush');
  }

  async shutdown(): Promise<void> {
    this.events.push('shutdown');
  }
}

/** Lets everything run that does not wait for a timer. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('PeriodicProfileReader', () => {
  let diagLines: DiagLines;
  let exporter: RecordingExporter;
  let source: CountingSource;
  let reader: PeriodicProfileReader;

  beforeEach(() => {
    diagLines = recordDiag();
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    exporter = new RecordingExporter();
    source = new CountingSource();
    reader = readerOn(exporter);
  });

  afterEach(() => {
    mock.timers.reset();
    diagLines.stop();
  });

  function readerOn(to: ProfileExporter): PeriodicProfileReader {
    return new PeriodicProfileReader({ exporter: to, exportIntervalMillis: INTERVAL, exportTimeoutMillis: TIMEOUT });
  }

  async function pass(millis: number): Promise<void> {
    mock.timers.tick(millis);
    await settle();
  }

  it('exports once an interval', async () => {
    reader.start(source);
    await pass(INTERVAL - 1);
    assert.deepEqual(exporter.events, []);
    await pass(1);
    assert.deepEqual(exporter.events, [1]);
    await pass(INTERVAL);
    assert.deepEqual(exporter.events, [1, 2]);
  });

  it('starts once', async () => {
    reader.start(source);
    reader.start(source);
    await pass(INTERVAL);
    assert.deepEqual(exporter.events, [1]);
  });

  it('exports nothing where the source has nothing', async () => {
    reader.start({ collect: () => Promise.resolve(undefined) });
    await pass(INTERVAL);
    await reader.forceFlush();
    assert.deepEqual(exporter.events, ['flush']);
    assert.deepEqual(diagLines.lines, []);
  });

  it('does not collect while an export is under way, and goes on after it', async () => {
    const slow = new PeriodicProfileReader({ exporter, exportIntervalMillis: INTERVAL, exportTimeoutMillis: INTERVAL });
    exporter.held = true;
    slow.start(source);
    mock.timers.tick(INTERVAL);
    // Not settled in between: the collection of the first interval is under way still.
    mock.timers.tick(INTERVAL - 1);
    await settle();
    assert.equal(source.collections, 1);
    exporter.release();
    await settle();
    await pass(1);
    assert.deepEqual(exporter.events, [1, 2]);
  });

  it('gives up waiting for an export after the timeout, says so once, and goes on', async () => {
    exporter.held = true;
    reader.start(source);
    for (let i = 0; i < 3; i++) {
      await pass(INTERVAL);
      await pass(TIMEOUT);
    }
    assert.deepEqual(exporter.events, [1, 2, 3]);
    assert.deepEqual(diagLines.lines, [
      'error otel-taskprof: profiles were not exported: an export took more than 400 ms',
    ]);
  });

  it('gives up waiting for a source after the timeout', async () => {
    reader.start({ collect: () => new Promise(() => {}) });
    const flushed = reader.forceFlush();
    await settle();
    await pass(TIMEOUT);
    await flushed;
    assert.match(diagLines.lines.join(), /took more than 400 ms/);
  });

  it('exports at forceFlush what was gathered until then', async () => {
    reader.start(source);
    await reader.forceFlush();
    assert.deepEqual(exporter.events, [1, 'flush']);
  });

  it('follows an export under way with one more at forceFlush, shared by all that flush', async () => {
    exporter.held = true;
    reader.start(source);
    await pass(INTERVAL);
    let flushed = 0;
    for (let i = 0; i < 3; i++) reader.forceFlush().then(() => flushed++);
    await settle();
    assert.deepEqual(exporter.events, [1]);
    exporter.release();
    await settle();
    assert.deepEqual(exporter.events, [1, 2]);
    assert.equal(flushed, 0);
    exporter.release();
    await settle();
    assert.equal(flushed, 3);
    assert.deepEqual(exporter.events, [1, 2, 'flush', 'flush', 'flush']);
  });

  it('exports the last interval at shutdown, then shuts the exporter down, then does nothing', async () => {
    reader.start(source);
    await reader.shutdown();
    assert.deepEqual(exporter.events, [1, 'shutdown']);
    await pass(10 * INTERVAL);
    await reader.forceFlush();
    await reader.shutdown();
    reader.start(source);
    await pass(10 * INTERVAL);
    assert.deepEqual(exporter.events, [1, 'shutdown']);
  });

  it('shuts down once for several calls', async () => {
    reader.start(source);
    await Promise.all([reader.shutdown(), reader.shutdown(), reader.forceFlush()]);
    assert.deepEqual(exporter.events, [1, 'shutdown']);
  });

  it('shuts down without having started', async () => {
    await reader.shutdown();
    assert.deepEqual(exporter.events, ['shutdown']);
  });

  it('exports the last interval at shutdown beside an export that hangs', async () => {
    exporter.held = true;
    reader.start(source);
    await pass(INTERVAL);
    exporter.held = false;
    const down = reader.shutdown();
    await settle();
    assert.deepEqual(exporter.events, [1, 2]);
    exporter.release();
    await down;
    assert.deepEqual(exporter.events, [1, 2, 'shutdown']);
  });

  it('shuts the exporter down after the timeout where an export hangs, and exports nothing later', async () => {
    exporter.held = true;
    reader.start(source);
    await pass(INTERVAL);
    reader.forceFlush();
    const down = reader.shutdown();
    await settle();
    await pass(TIMEOUT);
    await down;
    // The last interval was collected, and nothing since.
    assert.deepEqual(
      exporter.events.filter((event) => event !== 'flush'),
      [1, 2, 'shutdown'],
    );
    exporter.release();
    exporter.release();
    await settle();
    assert.deepEqual(
      exporter.events.filter((event) => event !== 'flush'),
      [1, 2, 'shutdown'],
    );
  });

  it('runs source and exporter in its own context', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    try {
      const seen: boolean[] = [];
      reader = readerOn({
        export: async () => {
          seen.push(isOwnContext(context.active()));
          return { status: 'success' };
        },
        forceFlush: async () => {},
        shutdown: async () => void seen.push(isOwnContext(context.active())),
      });
      reader.start(source);
      await pass(INTERVAL);
      await reader.forceFlush();
      await reader.shutdown();
      assert.deepEqual(seen, [true, true, true, true]);
    } finally {
      context.disable();
    }
  });

  for (const [fault, broken] of Object.entries({
    'a source that rejects': () => Promise.reject(new Error('broken')),
    'a source that throws': () => {
      throw new Error('broken');
    },
    'a source that rejects with no error': () => Promise.reject('broken'),
  })) {
    it(`survives ${fault}, and tells of it once`, async () => {
      reader.start({ collect: broken });
      for (let i = 0; i < 3; i++) await pass(INTERVAL);
      await reader.forceFlush();
      await reader.shutdown();
      assert.deepEqual(exporter.events, ['flush', 'shutdown']);
      assert.match(diagLines.lines[0]!, /^error .*not exported: "?broken/);
    });
  }

  it('survives an exporter that throws everywhere', async () => {
    const fail = (): never => assert.fail('broken');
    reader = readerOn({ export: fail, forceFlush: fail, shutdown: fail });
    reader.start(source);
    await pass(INTERVAL);
    await reader.forceFlush();
    await reader.shutdown();
    assert.equal(diagLines.lines.length, 1);
  });

  it('throws for an exporter that is none', () => {
    for (const none of [undefined, null, {}, 'http://localhost']) {
      assert.throws(() => new PeriodicProfileReader({ exporter: none as never }), {
        name: 'InvalidOptionError',
        option: 'exporter',
      });
    }
  });

  it('does not keep the process running', async () => {
    const child = fork(new URL('../fixtures/reader-exit.ts', import.meta.url), { execArgv: ['--no-warnings'] });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
