import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { TaskProfiler, type TaskSample } from '../../src/index.ts';
import { settled } from '../support/settled.ts';

/** Waits for a call into Node, whose internals wait for each other. */
async function collectsAll(stream: PassThrough): Promise<void> {
  await stream.toArray();
}

async function sampleOf(foldInternals: boolean): Promise<TaskSample> {
  const stream = new PassThrough();
  const profiler = new TaskProfiler({ sampling: 'all', foldInternals });
  profiler.start();
  try {
    void collectsAll(stream);
    await settled();
    const { samples } = profiler.snapshot({ matching: /^collectsAll / });
    assert.equal(samples.length, 1);
    return samples[0]!;
  } finally {
    stream.end();
    profiler.stop();
  }
}

describe('foldInternals', () => {
  const placesOf = ({ stack }: TaskSample): string[] =>
    stack.map(({ functionName, file }) => `${functionName.replace(/^.*\./, '')} ${file}`);

  it('shows a task that waits inside of Node with its await, and what the application has called', async () => {
    const whole = await sampleOf(false);
    const folded = await sampleOf(true);
    const awaits = whole.stack[whole.awaitIndex]!;
    assert.match(awaits.file, /^node:internal/);
    assert.ok(whole.stack.length > folded.stack.length);
    assert.deepEqual(folded.stack[folded.awaitIndex], awaits);
    // Of what leads there from the application; how many frames of its own Node has depends on its version.
    const callers = placesOf(folded).slice(folded.awaitIndex + 1);
    const inNode = callers.slice(0, callers.indexOf('collectsAll test/frames/folding.test.ts'));
    assert.equal(inNode.at(-1), 'toArray node:stream');
    assert.ok(inNode.length <= 2, inNode.join());
    assert.equal(folded.tasks, whole.tasks);
  });
});
