import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { buildInstantProfile } from '../../src/profile/build.ts';
import type { Profile } from '../../src/profile/model.ts';
import { groupTasks } from '../../src/snapshot/build-snapshot.ts';
import { emptyTaskList } from '../../src/snapshot/task-list.ts';
import { ThreadChannel } from '../../src/workers/thread-channel.ts';
import { ThreadCollector } from '../../src/workers/thread-collector.ts';
import type { ThreadMessage } from '../../src/workers/thread-messages.ts';
import { recordDiag } from '../support/diag-lines.ts';

const WORKER = new URL('apps/raw-worker.mjs', import.meta.url);

const profileOf = (samples: number): Profile => ({
  ...buildInstantProfile(groupTasks(emptyTaskList(0))),
  samples: Array.from({ length: samples }, () => ({ stack: [], attributes: {}, value: 1 })),
});

describe('ThreadCollector', () => {
  let channel: ThreadChannel;
  let collector: ThreadCollector;

  beforeEach(() => {
    channel = ThreadChannel.offer();
    collector = new ThreadCollector(channel);
  });

  afterEach(() => {
    collector.close();
    ThreadChannel.withdraw();
  });

  const send = (message: ThreadMessage) => channel.sendToMain(message);

  it('is known to workers that start while it is open', () => {
    assert.ok(ThreadChannel.offered()?.isCollected);
    collector.close();
    assert.equal(ThreadChannel.offered()?.isCollected, false);
    ThreadChannel.withdraw();
    assert.equal(ThreadChannel.offered(), undefined);
  });

  it('gives each profile once', () => {
    send({ kind: 'profiles', threadId: 7, profiles: [profileOf(1), profileOf(2)] });
    assert.deepEqual(
      collector.take().map(({ samples }) => samples.length),
      [1, 2],
    );
    assert.deepEqual(collector.take(), []);
  });

  it('takes so many samples for one export, tells that it drops the rest, once, and goes on with the next', () => {
    const told = recordDiag();
    for (let i = 0; i < 5; i++) send({ kind: 'profiles', threadId: 7, profiles: [profileOf(30_000)] });
    assert.equal(collector.take().length, 2);
    send({ kind: 'profiles', threadId: 7, profiles: [profileOf(30_000)] });
    assert.equal(collector.take().length, 1);
    told.stop();
    assert.equal(told.lines.filter((line) => line.includes('worker threads send more')).length, 1);
  });

  it('waits at a flush for every worker that gathers', async () => {
    const worker = new Worker(WORKER, { workerData: 'answer' });
    await once(worker, 'message');
    await collector.flush();
    assert.equal(collector.take().length, 1);
    await worker.terminate();
  });

  it('does not wait for a worker that ends meanwhile', async () => {
    const worker = new Worker(WORKER, { workerData: 'silent' });
    await once(worker, 'message');
    const flushed = collector.flush();
    void worker.terminate();
    await flushed;
    assert.equal(await raced(collector.flush()), 'at once');
  });

  it('gives up on a worker that does not hear of it, and knows it again from its next message', async () => {
    collector.close();
    collector = new ThreadCollector(channel, 50);
    const worker = new Worker(WORKER, { workerData: 'silent' });
    await once(worker, 'message');
    await collector.flush();
    assert.equal(await raced(collector.flush()), 'at once');
    send({ kind: 'profiles', threadId: worker.threadId, profiles: [] });
    assert.equal(await raced(collector.flush()), 'later');
    await worker.terminate();
  });

  it('lets those go that wait when it is closed', async () => {
    send({ kind: 'begin', threadId: 7 });
    const flushed = collector.flush();
    collector.close();
    await flushed;
    assert.deepEqual(collector.take(), []);
  });

  it('does not watch workers any more when it is closed', () => {
    const before = process.listenerCount('worker');
    collector.close();
    assert.equal(process.listenerCount('worker'), before - 1);
  });
});

/** Whether it settles before the next turn of the event loop. */
async function raced(settling: Promise<void>): Promise<'at once' | 'later'> {
  return Promise.race([
    settling.then(() => 'at once' as const),
    new Promise<'later'>((resolve) => setImmediate(() => resolve('later'))),
  ]);
}
