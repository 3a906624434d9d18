import assert from 'node:assert/strict';
import { runApp } from './child-app.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

describe('labels of a process with an SDK', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  it('are the route of each request, also before it was known, and attributes of local roots', async () => {
    const { code, stderr } = await runApp(receiver.url, { app: 'labels.mjs' });
    assert.deepEqual([code, stderr], [0, '']);
    const tasks = receiver.profiles.flatMap(({ profiles }) =>
      profiles.filter(({ sampleType }) => sampleType.type === 'tasks'),
    );
    const samples = tasks.flatMap((profile) => profile.samples);
    const attributesAt = (name: string): unknown[] =>
      samples
        .filter(({ stack }) => stack.some(({ functionName }) => functionName === name))
        .map(({ attributes }) => attributes);
    assert.deepEqual(attributesAt('waitBeforeRouting'), [{ 'http.route': '/orders/:id' }]);
    assert.deepEqual(attributesAt('waitInHandler'), [{ 'http.route': '/orders/:id' }]);
    assert.deepEqual(attributesAt('waitInJob'), [{ 'job.kind': 'nightly' }]);
    assert.equal(receiver.profiles[0]?.profiles[0]?.attributes['taskprof.cut_labels'], 0);
  });
});
