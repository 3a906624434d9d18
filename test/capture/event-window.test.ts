import assert from 'node:assert/strict';
import { CapturedEvent } from '../../src/capture/captured-event.ts';
import { EventWindow } from '../../src/capture/event-window.ts';
import { FrameKind } from '../../src/capture/frame-kind.ts';

/** A window with resolved events: the promises of functions that began, and `.then`s on them. */
function windowOf(...events: readonly CapturedEvent[]): EventWindow {
  const window = new EventWindow(false);
  window.events.push(...events);
  window.resolved = events.length;
  return window;
}

function began(promise: object): CapturedEvent {
  return new CapturedEvent(promise, undefined, undefined);
}

function then(promise: object, parent: object): CapturedEvent {
  const event = new CapturedEvent(promise, parent, undefined);
  event.topKind = FrameKind.then;
  return event;
}

describe('EventWindow', () => {
  it('is resolved when as many events are as there are', () => {
    const window = windowOf(began({}));
    assert.equal(window.isResolved, true);
    window.events.push(began({}));
    assert.equal(window.isResolved, false);
  });

  it('keeps the last events, and knows from then on that the run began before them', () => {
    const events = [began({}), began({}), began({})];
    const window = windowOf(...events);
    window.keepLast(3);
    assert.deepEqual([window.events.length, window.cut, window.hasForgottenCalls], [3, false, false]);
    window.keepLast(2);
    assert.deepEqual(window.events, events.slice(1));
    assert.deepEqual([window.resolved, window.cut, window.hasForgottenCalls], [2, true, true]);
  });

  it('knows the calls that it let go of, and links on them, over several times', () => {
    const [call, link, linkOfLink, kept, other] = [{}, {}, {}, {}, {}];
    const window = windowOf(began(call), then(link, call), began(kept));
    window.keepLast(1);
    window.events.push(then(linkOfLink, link), then({}, other), began({}));
    window.resolved = 4;
    window.keepLast(1);
    for (const promise of [call, link, linkOfLink, kept]) assert.equal(window.isForgottenCall(promise), true);
    for (const promise of [other, {}, undefined]) assert.equal(window.isForgottenCall(promise), false);
  });

  it('takes an await, and a link on something else, for no call', () => {
    const [awaited, link, parent] = [{}, {}, {}];
    const window = windowOf(new CapturedEvent(awaited, parent, undefined), then(link, parent), began({}));
    window.keepLast(1);
    assert.equal(window.isForgottenCall(awaited), false);
    assert.equal(window.isForgottenCall(link), false);
  });

  it('forgets all of an expression that is over', () => {
    const call = {};
    const window = windowOf(began(call), began({}));
    window.keepLast(1);
    window.forget();
    assert.deepEqual(
      [window.events.length, window.resolved, window.cut, window.hasForgottenCalls],
      [0, 0, false, false],
    );
    assert.equal(window.isForgottenCall(call), false);
    assert.equal(window.isResolved, true);
  });
});
