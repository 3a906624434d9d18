import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { DropFailure } from '../../src/export/failure.ts';
import { MainThreadExporter } from '../../src/workers/main-thread-exporter.ts';
import type { ThreadChannel } from '../../src/workers/thread-channel.ts';
import { profile, profilesData } from '../support/profiles-data.ts';

/** An exporter whose main thread may not collect, or take nothing. */
function exporterTo({ isCollected = true, fault }: { isCollected?: boolean; fault?: Error }) {
  const sent: unknown[] = [];
  const sendToMain = (message: unknown): void => {
    if (fault !== undefined) throw fault;
    sent.push(message);
  };
  const channel = { isCollected, sendToMain } as unknown as ThreadChannel;
  return { exporter: new MainThreadExporter(channel), sent };
}

const data = profilesData(profile());

describe('MainThreadExporter', () => {
  it('hands profiles to the main thread, at once', () => {
    const { exporter, sent } = exporterTo({});
    void exporter.export(data);
    assert.deepEqual(sent, [{ kind: 'profiles', threadId, profiles: data.profiles }]);
  });

  it('succeeds where they were handed over', async () => {
    const { exporter } = exporterTo({});
    assert.deepEqual(await exporter.export(data), { status: 'success' });
    await exporter.forceFlush();
    await exporter.shutdown();
  });

  it('drops them where the main thread has stopped to collect', async () => {
    const { exporter, sent } = exporterTo({ isCollected: false });
    const outcome = await exporter.export(data);
    assert.ok(outcome.status === 'failure' && outcome.error instanceof DropFailure);
    assert.equal(outcome.error.message, 'the main thread does not export any more');
    assert.deepEqual(sent, []);
  });

  it('fails, and does not reject, where they can not be sent', async () => {
    const { exporter } = exporterTo({ fault: new Error('could not be cloned') });
    const outcome = await exporter.export(data);
    assert.ok(outcome.status === 'failure');
    assert.match(outcome.error.message, /could not be cloned/);
  });
});
