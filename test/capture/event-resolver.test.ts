import assert from 'node:assert/strict';
import { CapturedEvent } from '../../src/capture/captured-event.ts';
import { EventResolver } from '../../src/capture/event-resolver.ts';
import { FrameKind } from '../../src/capture/frame-kind.ts';
import { FrameTable } from '../../src/capture/frame-table.ts';
import { StackTable } from '../../src/capture/stack-table.ts';
import { codeSite } from '../support/code-site.ts';

const leaf = codeSite('app.js', 1, 1, 'leaf');
const main = codeSite('app.js', 9, 1, 'main');
const then = codeSite('', 0, 0, 'Promise.then');
const dispatcher = codeSite('node:internal/promise_hooks', 7, 1, 'emitInit');
const queue = codeSite('node:internal/process/task_queues', 7, 1, 'processTicksAndRejections');

describe('EventResolver', () => {
  const frames = new FrameTable();
  const stacks = new StackTable();
  const resolver = new EventResolver(frames, stacks);

  function resolved(stack: unknown, depthLimit = 10): CapturedEvent {
    const event = new CapturedEvent({}, {}, undefined);
    event.raw = { stack };
    event.depthLimit = depthLimit;
    resolver.resolve(event);
    return event;
  }

  const namesOf = ({ stack }: CapturedEvent): string[] =>
    stacks.framesOf(stack).map((frame) => frames.frame(frame).functionName);

  it('leaves out what only Node put on the stack: queues anywhere, a dispatcher of hooks on top', () => {
    const event = resolved([dispatcher, leaf, queue, dispatcher, main]);
    assert.deepEqual(namesOf(event), ['leaf', 'emitInit', 'main']);
    assert.equal(event.topKind, 0);
    assert.equal(event.kinds, FrameKind.dispatcher);
  });

  it('tells the builtins on top, and the kind of the topmost', () => {
    const event = resolved([then, then, leaf, then, main]);
    assert.equal(event.builtins, 2);
    assert.equal(event.topKind, FrameKind.builtin | FrameKind.then);
    assert.equal(resolved([leaf, then]).builtins, 0);
  });

  it('tells where frames can be missing', () => {
    assert.equal(resolved([leaf, main], 3).truncated, false);
    assert.equal(resolved([leaf, main], 2).truncated, true);
  });

  it('lets go of what V8 holds, and resolves once', () => {
    const event = resolved([leaf, main]);
    const { stack } = event;
    assert.equal(event.raw, undefined);
    resolver.resolve(event);
    assert.equal(event.stack, stack);
  });

  it('has an empty stack where another tool has made something else of it', () => {
    assert.equal(resolved('Error: x').stack, 0);
  });
});
