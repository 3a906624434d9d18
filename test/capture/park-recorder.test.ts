import assert from 'node:assert/strict';
import { ParkRecorder, type RecorderHost } from '../../src/capture/park-recorder.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import type { EventWindow, WindowResolver } from '../../src/capture/window-resolver.ts';
import { TaskLabels } from '../../src/base/task-labels.ts';

/** A recorder over windows that are only counted, for a host that may fail. */
function recorderOver(host: Partial<RecorderHost> = {}): { recorder: ParkRecorder; windows: EventWindow[] } {
  const windows: EventWindow[] = [];
  const resolver = {
    pendingEvents: 0,
    open: (cut: boolean) => {
      const window = { events: [], resolved: 0, cut, ended: false };
      windows.push(window);
      return window;
    },
    add: (window: EventWindow, event: EventWindow['events'][number]) => void window.events.push(event),
  };
  const complete = { drawnProbability: 1, captureDepth: 8, spend: () => undefined, ...host } as RecorderHost;
  const stamp = { put: () => undefined, get: () => undefined };
  return { recorder: new ParkRecorder(complete, resolver as unknown as WindowResolver, stamp), windows };
}

const here = (): undefined => undefined;

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
    const fail = (thrown: unknown): void => void faults.push(thrown);
    const resumed = (): void => {
      throw fault;
    };
    const { recorder } = recorderOver({ fail, resumed });
    recorder.guard(() => {
      throw fault;
    });
    recorder.resumed(new TaskRecord(0, { span: undefined, labels: TaskLabels.none }, 1, 1));
    assert.deepEqual(faults, [fault, fault]);
  });
});
