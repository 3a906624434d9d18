import assert from 'node:assert/strict';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { nowMillis } from '../../src/base/clock.ts';
import { runAsOwn } from '../../src/base/own-context.ts';
import { ParkRecorder, type RecorderHost } from '../../src/capture/park-recorder.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import { EventWindow } from '../../src/capture/event-window.ts';
import type { WindowResolver } from '../../src/capture/window-resolver.ts';
import { isStackOverflow } from '../../src/base/errors.ts';

/** A recorder over windows that are only counted, for a host that may fail. */
function recorderOver(host: Partial<RecorderHost> = {}) {
  const windows: EventWindow[] = [];
  const resolver = {
    pendingEvents: 0,
    open: (cut: boolean) => {
      const window = new EventWindow(cut);
      windows.push(window);
      return window;
    },
    add: (window: EventWindow, event: EventWindow['events'][number]) => void window.events.push(event),
  };
  const nothing = { spend: () => undefined, scheduleResolution: () => undefined };
  const complete = { drawnProbability: 1, captureDepth: 8, ...nothing, ...host } as RecorderHost;
  const stamps: [object, TaskRecord][] = [];
  const stamp = {
    put: (promise: object, record: TaskRecord) => void stamps.push([promise, record]),
    get: () => undefined,
  };
  const recorder = new ParkRecorder(complete, resolver as unknown as WindowResolver, stamp);
  return { recorder, windows, resolver, stamps, events: () => windows.flatMap((window) => window.events) };
}

const here = (): undefined => undefined;

/** Calls with so many small frames below. */
function padded(frames: number, fn: () => number): number {
  return frames === 0 ? fn() : padded(frames - 1, fn) + 1;
}

describe('ParkRecorder', () => {
  it('opens no window for a run without events', () => {
    const { recorder, windows } = recorderOver();
    for (let run = 0; run < 1_000; run++) recorder.beginRun(false);
    assert.equal(windows.length, 1);
    recorder.capture({}, undefined, true, here);
    recorder.beginRun(true);
    assert.deepEqual(
      windows.map(({ events, cut, ended }) => [events.length, cut, ended]),
      [
        [1, false, true],
        [0, true, false],
      ],
    );
  });

  it('lets no fault out of the hook, and tells its host', () => {
    const faults: unknown[] = [];
    const fault = new Error('broken');
    const onFault = (thrown: unknown): void => void faults.push(thrown);
    const resumed = (): void => {
      throw fault;
    };
    const { recorder } = recorderOver({ onFault, resumed });
    recorder.guard(() => {
      throw fault;
    });
    recorder.reportFault();
    recorder.resumed(new TaskRecord(0, 1, 1));
    recorder.guard(here);
    assert.deepEqual(faults, [fault, fault]);
    recorder.reportFault();
    assert.deepEqual(faults, [fault, fault]);
  });

  it('is never inside of itself: what it does makes events too', () => {
    const { recorder } = recorderOver();
    let runs = 0;
    recorder.guard(() => {
      runs++;
      recorder.guard(() => assert.fail('runs'));
    });
    recorder.guard(() => runs++);
    assert.equal(runs, 2);
  });

  it('tells that a park resumes, but of those that turned out to be none', () => {
    const resumes: TaskRecord[] = [];
    const { recorder } = recorderOver({ resumed: (record) => void resumes.push(record) });
    const [task, dropped] = [new TaskRecord(0, 1, 1), new TaskRecord(0, 2, 1)];
    dropped.state = 'dropped';
    recorder.resumed(dropped);
    recorder.resumed(task);
    assert.deepEqual(resumes, [task]);
  });

  describe('captures', () => {
    it('stacks, and for parks that count a record and the context too', () => {
      const { recorder, events, stamps } = recorderOver();
      recorder.beginRun(false);
      recorder.beginUnit();
      const [made, leadIn, park] = [{}, {}, {}];
      recorder.capture(made, undefined, true, here);
      recorder.capture(leadIn, made, false, here);
      recorder.capture(park, made, true, here);
      assert.deepEqual(
        events().map(({ promise, parent, record, context, depthLimit }) => [
          promise,
          parent,
          record !== undefined,
          context,
          depthLimit,
        ]),
        [
          [made, undefined, false, undefined, 8],
          [leadIn, made, false, undefined, 8],
          [park, made, true, ROOT_CONTEXT, 8],
        ],
      );
      assert.ok(events().every(({ raw }) => typeof raw?.stack === 'string'));
      assert.deepEqual(stamps, [[park, events()[2]!.record]]);
      assert.deepEqual([recorder.captures, recorder.stamped], [3, 3]);
    });

    it('with the unit that it is of, how likely that was chosen, and whether somebody asked for it', () => {
      const host = { drawnProbability: 0.5 };
      const { recorder, events } = recorderOver(host);
      recorder.beginRun(false);
      for (const isForced of [undefined, true, false]) {
        recorder.beginUnit(isForced);
        recorder.capture({}, {}, true, here);
      }
      assert.deepEqual(
        events().map(({ record }) => [record!.unit, record!.unitProbability, record!.isForced]),
        [
          [1, 0.5, false],
          [2, 0.5, true],
          [3, 0.5, false],
        ],
      );
    });

    it('nothing outside of a run, and nothing of what the profiler itself waits for', () => {
      const { recorder, events } = recorderOver();
      recorder.capture({}, {}, true, here);
      recorder.beginRun(false);
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      try {
        runAsOwn(() => {
          recorder.capture({}, {}, true, here);
          assert.equal(recorder.captures, 0);
          recorder.capture({}, undefined, true, here);
        });
      } finally {
        context.disable();
      }
      assert.equal(events().length, 1);
    });

    it('and lets the first be resolved soon, and all at once where many wait', () => {
      const asked: string[] = [];
      const { recorder, resolver } = recorderOver({
        scheduleResolution: () => void asked.push('soon'),
        resolveNow: () => {
          asked.push('now');
          resolver.pendingEvents = 0;
        },
      });
      recorder.beginRun(false);
      for (const pending of [1, 2, 255, 256, 257]) {
        resolver.pendingEvents = pending;
        recorder.capture({}, undefined, true, here);
      }
      assert.deepEqual(asked, ['soon', 'now', 'now']);
    });
  });

  it('takes what the next event awaits or continues for a link, and no task', () => {
    const { recorder, events } = recorderOver();
    recorder.noteParent({});
    recorder.beginRun(false);
    recorder.noteParent(undefined);
    const [made, wrapper, park, leadIn] = [{}, {}, {}, {}];
    for (const [promise, parent, counted] of [
      [made, undefined, true],
      [wrapper, made, true],
      [park, wrapper, true],
      [leadIn, {}, false],
      [{}, leadIn, true],
    ] as const) {
      recorder.noteParent(parent);
      recorder.capture(promise, parent, counted, here);
    }
    assert.deepEqual(
      events().map(({ isLink, record }) => [isLink, record?.state]),
      [
        [false, undefined],
        [true, 'dropped'],
        [false, 'pending'],
        [true, undefined],
        [false, 'pending'],
      ],
    );
  });

  it('lets no stack overflow out of the hook, however much stack is left', () => {
    const faults: unknown[] = [];
    const { recorder } = recorderOver({ onFault: (thrown) => void faults.push(thrown) });
    let depth = 0;
    // Every level of the recursion, so some that have stack for a part of what `guard` does.
    const endless = (): number => {
      recorder.guard(here);
      depth++;
      return endless() + 1;
    };
    for (let padding = 0; padding < 20; padding++) {
      assert.throws(() => padded(padding, endless), RangeError);
      recorder.reportFault();
    }
    assert.ok(depth > 1_000);
    for (const fault of faults) assert.ok(isStackOverflow(fault), String(fault));
    let runs = 0;
    recorder.guard(() => {
      runs++;
    });
    assert.equal(runs, 1);
  });

  it('does nothing once it is closed', () => {
    const { recorder } = recorderOver();
    recorder.close();
    recorder.guard(() => assert.fail('runs'));
    recorder.reportFault();
  });

  it('accounts the time that a part took', () => {
    const accounted: number[] = [];
    const { recorder } = recorderOver({ spend: (millis) => void accounted.push(millis) });
    const begin = nowMillis();
    recorder.guard(here);
    assert.ok(accounted[0]! >= 0 && accounted[0]! <= nowMillis() - begin);
  });

  it('accounts an event for each that a part has resolved, and one for itself', () => {
    const accounted: number[] = [];
    const { recorder, resolver } = recorderOver({ spend: (_millis, events) => void accounted.push(events) });
    recorder.guard(here);
    resolver.pendingEvents = 256;
    recorder.guard(() => {
      resolver.pendingEvents = 1;
    });
    recorder.guard(() => {
      resolver.pendingEvents = 2;
    });
    assert.deepEqual(accounted, [1, 256, 1]);
  });
});
