import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { decodeProfiles } from '../../examples/receiver/decode.ts';
import { encodeOtlpProtobuf, profilesToPprof, type TaskSnapshot } from '../../src/index.ts';
import type { IntervalSnapshot } from '../../src/snapshot/interval.ts';
import type { TriggerEvent } from '../../src/triggers/trigger-event.ts';
import { burstProfiles, dumpProfiles, reasonOf } from '../../src/triggers/trigger-profile.ts';

const snapshot: TaskSnapshot = {
  timeUnixNano: 1_000_000_000n,
  consistency: 'slices',
  totalTasks: 2,
  totalStandardError: 0,
  samples: [
    {
      stack: [{ functionName: 'acquire', file: '/app.js', line: 1, column: 2 }],
      awaitIndex: 0,
      tasks: 2,
      standardError: 0,
      samplingProbability: 1,
      source: 'captured',
      oldestWaitMillis: 3,
      labels: {},
    },
  ],
  samplingProbability: 1,
  droppedTasks: 0,
  cutLabels: 0,
};
const mean: IntervalSnapshot = {
  ...snapshot,
  samples: snapshot.samples.map((sample) => ({ ...sample, waitMillis: sample.tasks * 5_000 })),
  totalWaitMillis: snapshot.totalTasks * 5_000,
  startTimeUnixNano: 1_000_000_000n,
  durationNano: 5_000_000_000n,
};
const nothing: TaskSnapshot = { ...snapshot, totalTasks: 0, samples: [] };

const event: TriggerEvent = {
  id: 'f3b1',
  trigger: 'oldestWait',
  reason: 'oldest wait 6000 ms, over 5000 (average 12.3)',
  sighting: { rule: 'above', value: 6_000.25, threshold: 5_000, average: 12.3, unit: 'ms' },
  snapshot,
  baseline: { ...snapshot, timeUnixNano: 900_000_000n },
};

function sent(profiles: ReturnType<typeof dumpProfiles>) {
  const data = { resource: { attributes: {} }, scope: { name: '', version: '' }, profiles };
  return decodeProfiles(encodeOtlpProtobuf(data)).profiles.map(({ attributes }) => attributes);
}

describe('profiles of a dump', () => {
  it('say over the wire what fired and why, and which is the baseline', () => {
    const [dump, baseline] = sent(dumpProfiles(event));
    for (const [attributes, role] of [
      [dump!, 'dump'],
      [baseline!, 'baseline'],
    ] as const) {
      const own = Object.entries(attributes).filter(([name]) => name.startsWith('taskprof.trigger.'));
      assert.deepEqual(Object.fromEntries(own), {
        'taskprof.trigger.id': 'f3b1',
        'taskprof.trigger.name': 'oldest_wait',
        'taskprof.trigger.role': role,
        'taskprof.trigger.reason': event.reason,
        'taskprof.trigger.rule': 'above',
        'taskprof.trigger.value': 6_000.25,
        'taskprof.trigger.threshold': 5_000,
        'taskprof.trigger.average': 12.3,
      });
      assert.equal(attributes['taskprof.view'], 'instant');
    }
  });

  it('say it in a pprof, in its comment', () => {
    const files = profilesToPprof({
      resource: { attributes: {} },
      scope: { name: '', version: '' },
      profiles: dumpProfiles(event),
    });
    assert.equal(files.length, 2);
    for (const [i, role] of ['dump', 'baseline'].entries()) {
      assert.ok(gunzipSync(files[i]!).includes(`taskprof ${role}: ${event.reason}`), role);
    }
  });

  it('are the mean over a burst where one followed', () => {
    const [attributes, ofWaits] = sent(burstProfiles(event, mean));
    assert.equal(attributes!['taskprof.trigger.role'], 'burst');
    assert.equal(attributes!['taskprof.trigger.id'], 'f3b1');
    assert.equal(attributes!['taskprof.view'], 'mean');
    assert.equal(ofWaits!['taskprof.trigger.id'], 'f3b1');
    assert.equal(ofWaits!['taskprof.view'], 'sum');
  });

  it('are none where nothing was parked', () => {
    const { sighting, baseline, ...asked } = event;
    assert.ok(sighting && baseline);
    assert.deepEqual(dumpProfiles({ ...asked, snapshot: nothing }), []);
    assert.deepEqual(burstProfiles(event, { ...mean, samples: [] }), []);
  });

  it('give people a reason that they can read', () => {
    const sighting = { rule: 'risen', value: 1_501, threshold: 1_500, average: 1_000.4, unit: 'tasks' } as const;
    assert.equal(reasonOf('liveTasks', sighting), '1501 live tasks, over 1500 (risen from an average of 1000)');
    assert.equal(
      reasonOf('heapUsed', { rule: 'above', value: 81.237, threshold: 80, average: 40.04, unit: '%' }),
      'heap used 81.2 %, over 80 (average 40)',
    );
  });
});
