import assert from 'node:assert/strict';
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
  const complete = { drawnProbability: 1, captureDepth: 8, spend: () => undefined, ...host } as RecorderHost;
  const stamp = { put: () => undefined, get: () => undefined };
  return { recorder: new ParkRecorder(complete, resolver as unknown as WindowResolver, stamp), windows, resolver };
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
    recorder.reportFault();
    assert.deepEqual(faults, [fault, fault]);
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
