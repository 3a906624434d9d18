import assert from 'node:assert/strict';
import { CapturedEvent } from '../../src/capture/captured-event.ts';
import { EventResolver } from '../../src/capture/event-resolver.ts';
import { EventWindow } from '../../src/capture/event-window.ts';
import { FrameTable } from '../../src/capture/frame-table.ts';
import { ParkClassifier } from '../../src/capture/park-classifier.ts';
import { StackTable } from '../../src/capture/stack-table.ts';
import { OWN_FOLDER } from '../../src/base/own-folder.ts';
import { codeSite } from '../support/code-site.ts';

/** Promises by name: what is not declared by an event was made elsewhere. */
class Promises {
  readonly #byName = new Map<string, object>();

  get(name: string): object {
    let promise = this.#byName.get(name);
    if (promise === undefined) this.#byName.set(name, (promise = { name }));
    return promise;
  }
}

/**
 * One run of events, as the hook captures them. Stacks are written leaf first: `leaf:3 outer:2.7 main:9` is `leaf` at line 3 that
 * `outer` called from line 2, column 7; each function stands in a file of its own, or in that of `name@file:line`. A frame without a
 * position is a builtin.
 */
class Run {
  readonly window: EventWindow;
  readonly #frames = new FrameTable();
  readonly #stacks = new StackTable();
  readonly #resolver = new EventResolver(this.#frames, this.#stacks);
  readonly #promises = new Promises();
  readonly #depthLimit: number;
  readonly classifier: ParkClassifier;

  constructor({ cut = false, maxDepth = 100, depthLimit = Infinity } = {}) {
    this.window = new EventWindow(cut);
    this.#depthLimit = depthLimit;
    this.classifier = new ParkClassifier(this.#frames, this.#stacks, maxDepth);
  }

  /** A promise is made: by an async function that begins, or by a builtin. */
  makes(promise: string, stack: string): this {
    return this.#add(promise, undefined, stack);
  }

  /** `.then`, `.catch` or `.finally` makes `promise` of `parent`. */
  links(promise: string, parent: string, stack: string): this {
    return this.#add(promise, parent, `Promise.then ${stack}`);
  }

  /** `promise` wraps what is awaited. */
  wraps(promise: string, value: string, stack: string): this {
    return this.#add(promise, value, stack);
  }

  /** A function awaits `parent`. */
  awaits(parent: string, stack: string): this {
    return this.#add(`throwaway ${this.window.events.length}`, parent, stack);
  }

  /** What the last event is: `none`, `call`, or the stack of a task, as `operation | await's own`. */
  get last(): string {
    return this.at(-1);
  }

  at(index: number): string {
    const { window } = this;
    const park = this.classifier.classify(window, index < 0 ? window.events.length + index : index);
    if (park.kind !== 'task') return park.kind;
    const names = this.#stacks.framesOf(park.stack).map((frame) => this.#frames.frame(frame).functionName);
    return [names.slice(0, park.operationFrames), names.slice(park.operationFrames)]
      .map((part) => part.join(' '))
      .join(' | ')
      .trim();
  }

  #add(promise: string, parent: string | undefined, stack: string): this {
    const { events } = this.window;
    const made = parent === undefined ? undefined : this.#promises.get(parent);
    const before = events.at(-1);
    if (before?.parent !== undefined && before.promise === made) before.isLink = true;
    const event = new CapturedEvent(this.#promises.get(promise), made, undefined);
    const sites = stack.split(' ').filter(Boolean).map(siteOf);
    event.depthLimit = this.#depthLimit;
    event.raw = { stack: sites.slice(0, this.#depthLimit) };
    this.#resolver.resolve(event);
    events.push(event);
    this.window.resolved = events.length;
    return this;
  }
}

function siteOf(frame: string): ReturnType<typeof codeSite> {
  const [, name, file, position] = /^([^@:]+)(?:@([^ ]*?))?(?::([\d.]+))?$/.exec(frame)!;
  if (position === undefined) return codeSite('', 0, 0, name);
  const [line, column] = position.split('.').map(Number);
  return codeSite(file ?? `${name}.js`, line!, column, name);
}

describe('ParkClassifier', () => {
  /** `leaf` was called in `outer` at line 2, and is parked. */
  const withCall = (options = {}): Run =>
    new Run(options).makes('call', 'leaf:1 outer:2 main:9').awaits('a', 'leaf:5 outer:2 main:9');

  describe('looks at parks of the application only', () => {
    it('takes what is made anew, a link and a wrapper for no park', () => {
      assert.equal(new Run().makes('p', 'leaf:1 main:9').last, 'none');
      assert.equal(new Run().links('p', 'a', 'leaf:1 main:9').last, 'none');
      const run = new Run().wraps('w', 'value', 'leaf:1 main:9').awaits('w', 'leaf:1 main:9');
      assert.deepEqual([run.at(0), run.at(1)], ['none', '| leaf main']);
    });

    it('leaves out what has no stack, what Node loads modules with, and what this package is under', () => {
      assert.equal(new Run().awaits('a', '').last, 'none');
      assert.equal(new Run().awaits('a', 'load@node:internal/modules/esm/loader:7 main:9').last, 'none');
      assert.equal(new Run().awaits('a', `main:1 load@node:internal/modules/esm/loader:7`).last, '| main load');
      assert.equal(new Run().awaits('a', `leaf:3 export@${OWN_FOLDER}export/reader.ts:7 main:9`).last, 'none');
    });
  });

  describe('takes an await for the call that it awaits', () => {
    it('where the function that was called is parked', () => {
      const run = withCall().awaits('call', 'outer:2 main:9');
      assert.deepEqual([run.at(1), run.last], ['| leaf outer main', 'call']);
    });

    it('where it is parked as the caller of another call', () => {
      const run = withCall()
        .makes('inner', 'inner:1 leaf:5 outer:2 main:9')
        .awaits('a', 'inner:4 leaf:5 outer:2 main:9')
        .awaits('inner', 'leaf:5 outer:2 main:9')
        .awaits('call', 'outer:2 main:9');
      assert.deepEqual([run.at(-2), run.last], ['call', 'call']);
    });

    it('where a generator was called', () => {
      const run = new Run()
        .makes('next', 'AsyncGenerator.next outer:2 main:9')
        .awaits('a', 'generate:4 AsyncGenerator.next outer:2 main:9')
        .awaits('next', 'outer:2 main:9');
      assert.equal(run.last, 'call');
    });

    it('whatever promise is made in its expression after that', () => {
      const run = withCall().makes('other', 'Promise guard:4 outer:2 main:9').awaits('call', 'outer:2 main:9');
      assert.equal(run.last, 'call');
    });

    it('unless nothing of it is parked', () => {
      const run = new Run().makes('call', 'leaf:1 outer:2 main:9').awaits('call', 'outer:2 main:9');
      assert.equal(run.last, 'leaf | outer main');
    });

    it('unless what is parked is another function, or the same one of another call', () => {
      const run = new Run().makes('call', 'leaf:1 outer:2 main:9').awaits('a', 'leaf:5 other:2 main:9');
      assert.equal(run.awaits('call', 'outer:2 main:9').last, 'leaf | outer main');
      const later = new Run().awaits('a', 'leaf:5 outer:2 main:9').makes('call', 'leaf:1 outer:2 main:9');
      assert.equal(later.awaits('call', 'outer:2 main:9').last, 'leaf | outer main');
    });

    it('unless it is a promise that no function made', () => {
      const run = new Run()
        .makes('made', 'Promise until:4 outer:2 main:9')
        .awaits('a', 'Promise until:4 outer:2 main:9')
        .awaits('made', 'outer:2 main:9');
      assert.equal(run.last, 'until | outer main');
    });

    it('unless the promise is that of a wrapper', () => {
      const run = withCall()
        .wraps('w', 'call', 'outer:2 main:9')
        .awaits('other', 'other:4 main:9')
        .awaits('w', 'outer:2 main:9');
      assert.equal(run.last, '| outer main');
    });
  });

  describe('looks through a function that returns the promise of a call', () => {
    const passing = (): Run =>
      new Run()
        .makes('passing', 'passing:1 outer:2 main:9')
        .makes('call', 'leaf:1 passing:3 outer:2 main:9')
        .awaits('a', 'leaf:5 passing:3 outer:2 main:9');

    it('whatever others do in between, and links', () => {
      const run = passing()
        .makes('other', 'Promise other:4 main:9')
        .awaits('other', 'other:5 main:9')
        .links('l', 'call', 'passing:3 outer:2 main:9')
        .makes('idle', 'idle:1 passing:4 outer:2 main:9');
      assert.equal(run.awaits('passing', 'outer:2 main:9').last, 'call');
    });

    it('also where another promise was made before the call', () => {
      const run = new Run()
        .makes('passing', 'passing:1 outer:2 main:9')
        .makes('early', 'Promise passing:2 outer:2 main:9')
        .makes('call', 'leaf:1 passing:3 outer:2 main:9')
        .awaits('a', 'leaf:5 passing:3 outer:2 main:9');
      assert.equal(run.awaits('passing', 'outer:2 main:9').last, 'call');
    });

    it('unless it made another promise after it, which is the one that it returned', () => {
      for (const builtin of ['Promise', 'Promise.then']) {
        const run = passing().makes('late', `${builtin} passing:4 outer:2 main:9`);
        assert.equal(run.awaits('passing', 'outer:2 main:9').last, 'passing | outer main');
      }
    });
  });

  describe('finds the call at another position of the expression', () => {
    it('where a link was made at the position of the await', () => {
      const run = new Run()
        .makes('call', 'leaf:1 outer:2.9 main:9')
        .awaits('a', 'leaf:5 outer:2.9 main:9')
        .links('caught', 'call', 'outer:2.16 main:9')
        .links('final', 'caught', 'outer:2.25 main:9');
      assert.equal(run.awaits('final', 'outer:2.25 main:9').last, 'call');
    });

    it('unless the link was made at another one, or by another', () => {
      for (const at of ['outer:2.16 main:9', 'other:2.25 main:9']) {
        const run = new Run()
          .makes('call', 'leaf:1 outer:2.9 main:9')
          .awaits('a', 'leaf:5 outer:2.9 main:9')
          .links('caught', 'call', at);
        assert.equal(run.awaits('caught', 'outer:2.25 main:9').last, 'leaf | outer main');
      }
    });

    it('where the await stands ahead of it, on its line or on one before', () => {
      for (const at of ['2.3', '1.30']) {
        const run = new Run().makes('call', 'leaf:1 outer:2.9 main:9').awaits('a', 'leaf:5 outer:2.9 main:9');
        assert.equal(run.awaits('call', `outer:${at} main:9`).last, 'call', at);
      }
    });

    it('unless the await stands behind it', () => {
      for (const at of ['2.15', '3.1']) {
        const run = new Run().makes('call', 'leaf:1 outer:2.9 main:9').awaits('a', 'leaf:5 outer:2.9 main:9');
        assert.equal(run.awaits('call', `outer:${at} main:9`).last, 'leaf | outer main', at);
      }
    });

    it('unless the function that awaits is not the one that called', () => {
      for (const stack of ['other:1 main:9', 'outer:1 other:9', 'outer@other.js:1 main:9', 'outer:1 main:9 entry:1']) {
        const run = new Run().makes('call', 'leaf:1 outer:2.9 main:9').awaits('a', 'leaf:5 outer:2.9 main:9');
        assert.match(run.awaits('call', stack).last, /^\| /, stack);
      }
    });

    it('unless the function did something else in between', () => {
      const run = new Run()
        .makes('call', 'leaf:1 outer:2.9 main:9')
        .awaits('a', 'leaf:5 outer:2.9 main:9')
        .makes('other', 'Promise outer:2.30 main:9');
      assert.equal(run.awaits('call', 'outer:2.3 main:9').last, 'leaf | outer main');
    });

    it('also where it made links, or something else before the call', () => {
      const run = new Run()
        .makes('other', 'Promise outer:2.30 main:9')
        .makes('call', 'leaf:1 outer:2.9 main:9')
        .awaits('a', 'leaf:5 outer:2.9 main:9')
        .links('aside', 'call', 'outer:2.40 main:9');
      assert.equal(run.awaits('call', 'outer:2.3 main:9').last, 'call');
    });

    it('also where something else was done between the link and the await', () => {
      const run = new Run()
        .makes('call', 'leaf:1 outer:2.9 main:9')
        .awaits('a', 'leaf:5 outer:2.9 main:9')
        .links('caught', 'call', 'outer:2.16 main:9')
        .makes('other', 'Promise outer:2.30 main:9');
      assert.equal(run.awaits('caught', 'outer:2.16 main:9').last, 'call');
    });

    it('unless it is parked after the link only', () => {
      const run = new Run()
        .makes('call', 'leaf:1 outer:2.9 main:9')
        .links('caught', 'call', 'outer:2.16 main:9')
        .awaits('a', 'leaf:5 outer:2.9 main:9');
      assert.equal(run.awaits('caught', 'outer:2.16 main:9').last, 'leaf | outer main');
    });
  });

  describe('judges a promise that was not seen being made', () => {
    it('by the last park of the expression where the window is cut', () => {
      const cut = { cut: true };
      const run = new Run(cut).awaits('a', 'leaf:5 outer:2 main:9');
      assert.equal(run.awaits('unknown', 'outer:2 main:9').last, 'call');
      const idle = new Run(cut)
        .awaits('a', 'leaf:5 outer:2 main:9')
        .makes('idle', 'idle:1 outer:2 main:9')
        .links('l', 'idle', 'idle:2 outer:2 main:9');
      assert.equal(idle.awaits('unknown', 'outer:2 main:9').last, 'call');
    });

    it('also where what it parks at has a wrapper, or the same function began again', () => {
      const cut = { cut: true };
      const wrapper = new Run(cut).wraps('w', 'value', 'leaf:5 outer:2 main:9').awaits('w', 'leaf:5 outer:2 main:9');
      assert.equal(wrapper.awaits('unknown', 'outer:2 main:9').last, 'call');
      const again = new Run(cut).awaits('a', 'leaf:5 outer:2 main:9').makes('again', 'leaf:1 outer:2 main:9');
      assert.equal(again.awaits('unknown', 'outer:2 main:9').last, 'call');
    });

    it('as a task where the window is not cut', () => {
      const run = new Run().awaits('a', 'leaf:5 outer:2 main:9');
      assert.equal(run.awaits('unknown', 'outer:2 main:9').last, '| outer main');
    });

    it('as a task where nothing of the expression is parked, or something else happened since', () => {
      const cut = { cut: true };
      assert.equal(new Run(cut).awaits('unknown', 'outer:2 main:9').last, '| outer main');
      const idle = new Run(cut).makes('idle', 'idle:1 outer:2 main:9');
      assert.equal(idle.awaits('unknown', 'outer:2 main:9').last, '| outer main');
      const elsewhere = new Run(cut).awaits('a', 'leaf:5 outer:2 main:9').awaits('b', 'leaf:5 other:2 main:9');
      assert.equal(elsewhere.awaits('unknown', 'outer:2 main:9').last, '| outer main');
    });

    it('as a task where the function that is parked was seen to begin: its promise is another', () => {
      const run = withCall({ cut: true });
      assert.equal(run.awaits('unknown', 'outer:2 main:9').last, '| outer main');
      const generator = new Run({ cut: true })
        .makes('next', 'AsyncGenerator.next outer:2 main:9')
        .awaits('a', 'generate:4 AsyncGenerator.next outer:2 main:9');
      assert.equal(generator.awaits('unknown', 'outer:2 main:9').last, '| outer main');
    });

    it('as a call where another function was seen to begin', () => {
      const passing = new Run({ cut: true })
        .makes('passing', 'passing:1 outer:2 main:9')
        .awaits('a', 'leaf:5 passing:3 outer:2 main:9');
      assert.equal(passing.awaits('unknown', 'outer:2 main:9').last, 'call');
      const others = new Run({ cut: true })
        .makes('made', 'Promise leaf:5 outer:2 main:9')
        .makes('call', 'leaf:1 other:2 main:9')
        .awaits('a', 'leaf:5 outer:2 main:9');
      assert.equal(others.awaits('unknown', 'outer:2 main:9').last, 'call');
    });

    it('by the park of its expression where the await wrapped it, begun in sight or not', () => {
      const wrapped = withCall().wraps('w', 'foreign', 'outer:2 main:9').awaits('w', 'outer:2 main:9');
      assert.equal(wrapped.last, 'call');
      const alone = new Run().wraps('w', 'foreign', 'outer:2 main:9').awaits('w', 'outer:2 main:9');
      assert.equal(alone.last, '| outer main');
    });

    it('takes a link for no wrapper', () => {
      const run = withCall().links('l', 'shared', 'outer:2 main:9').awaits('l', 'outer:2 main:9');
      assert.equal(run.last, '| outer main');
    });
  });

  describe('has doubts where the call is so long ago that it is not known any more', () => {
    /** The call and its park are let go of; what comes after, in the same expression, is no park. */
    const forgotten = (first = 'Promise leaf:6 outer:2 main:9'): Run => {
      const run = withCall().makes('made', first);
      run.window.keepLast(1);
      return run;
    };

    it('and counts a task', () => {
      const run = forgotten().awaits('call', 'outer:2 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 1]);
    });

    it('also through links', () => {
      const run = forgotten().links('aside', 'shared', 'idle:1 outer:2 main:9');
      run.links('l', 'call', 'outer:2 main:9').links('m', 'l', 'outer:2 main:9');
      run.makes('idle', 'idle:1 outer:2 main:9').awaits('m', 'outer:2 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 1]);
      const oldest = withCall().links('l', 'call', 'outer:2 main:9');
      oldest.window.keepLast(1);
      oldest.makes('idle', 'idle:1 outer:2 main:9').awaits('l', 'outer:2 main:9');
      assert.deepEqual([oldest.last, oldest.classifier.doubts], ['| outer main', 1]);
    });

    it('also where the await stands ahead of the call', () => {
      const run = forgotten('Promise leaf:6 outer:2.9 main:9').awaits('call', 'outer:2 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 1]);
    });

    it('none where a link shows that the await is of another expression', () => {
      const run = forgotten().links('l', 'call', 'outer:2 main:9').makes('other', 'idle:1 outer:7 main:9');
      run.awaits('l', 'outer:7 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 0]);
    });

    it('none where what is awaited was no call', () => {
      const run = forgotten().awaits('shared', 'outer:2 main:9');
      const linked = forgotten().links('l', 'shared', 'outer:2 main:9').awaits('l', 'outer:2 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 0]);
      assert.deepEqual([linked.last, linked.classifier.doubts], ['| outer main', 0]);
    });

    it('none where what is still known shows that another expression has begun', () => {
      for (const first of ['Promise outer:2 other:9', 'Promise leaf:6 outer:1 main:9', 'outer:2 main:9']) {
        const run = forgotten(first).awaits('call', 'outer:2 main:9');
        assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 0], first);
      }
      const run = forgotten('Promise leaf:6 other:2 main:9').links('l', 'call', 'outer:2 main:9');
      run.makes('idle', 'idle:1 outer:2 main:9').awaits('l', 'outer:2 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 0]);
    });

    it('none where nothing was forgotten', () => {
      const run = withCall().awaits('shared', 'outer:2 main:9');
      assert.deepEqual([run.last, run.classifier.doubts], ['| outer main', 0]);
    });
  });

  describe('finds calls in stacks whose outer ends are cut off', () => {
    const cutOff = { depthLimit: 4, maxDepth: 10 };

    it('by the frames that are left', () => {
      const run = new Run(cutOff)
        .makes('call', 'leaf:1 deep:2 deep:2 deep:2')
        .awaits('a', 'leaf:5 deep:2 deep:2 deep:2')
        .awaits('call', 'deep:2 deep:2 deep:2 deep:2');
      assert.equal(run.last, 'call');
    });

    it('by half of them at least, whatever stands above', () => {
      const run = new Run(cutOff)
        .makes('call', 'leaf:1 inner:1 a:2 b:2')
        .awaits('x', 'leaf:5 inner:1 a:2 b:2')
        .awaits('call', 'a:2 b:2 c:2 d:2');
      assert.equal(run.last, 'call');
    });

    it('also where only those of the call are, or would be with one frame more', () => {
      for (const [call, parked] of [
        ['leaf:1 inner:1 a:2 b:2', 'leaf:5 inner:1 a:2 b:2'],
        ['leaf:1 a:2 b:2 c:2', 'leaf:5 a:2 b:2 c:2'],
      ]) {
        const run = new Run(cutOff).makes('call', call!).awaits('x', parked!).awaits('call', 'a:2 b:2 c:2');
        assert.equal(run.last, 'call', call);
      }
    });

    it('not by less than half of them, or by others', () => {
      const run = new Run(cutOff)
        .makes('call', 'leaf:1 a:1 b:1 deep:2')
        .awaits('x', 'leaf:5 a:1 b:1 deep:2')
        .awaits('call', 'deep:2 c:1 d:1 e:1');
      assert.equal(run.last, '| deep c d e');
      const other = new Run(cutOff)
        .makes('call', 'leaf:1 deep:2 deep:2 deep:3')
        .awaits('x', 'leaf:5 deep:2 deep:2 deep:3')
        .awaits('call', 'deep:2 deep:4 deep:2 deep:2');
      assert.equal(other.last, '| deep deep deep deep');
    });

    it('not through links', () => {
      const run = new Run(cutOff)
        .makes('call', 'leaf:1 deep:2 deep:2 deep:2')
        .awaits('a', 'leaf:5 deep:2 deep:2 deep:2')
        .links('l', 'call', 'deep:2 deep:2 deep:2')
        .awaits('l', 'deep:2 deep:2 deep:2 deep:2');
      assert.equal(run.last, '| deep deep deep deep');
    });
  });

  describe('tells what a task waits for', () => {
    it('by the frames between its own and the one that made the promise, without builtins', () => {
      const run = new Run().makes('p', 'Promise query:4 pool:7 outer:2.5 main:9').awaits('p', 'outer:2.5 main:9');
      assert.equal(run.last, 'query pool | outer main');
      const bare = new Run().makes('p', 'Promise outer:2 main:9').awaits('p', 'outer:2 main:9');
      assert.equal(bare.last, '| outer main');
      const within = new Run().makes('p', 'Promise query:4 Array.map outer:2 main:9').awaits('p', 'outer:2 main:9');
      assert.equal(within.last, 'query Array.map | outer main');
      const builtins = new Run().makes('p', 'Promise Array.map outer:2 main:9').awaits('p', 'outer:2 main:9');
      assert.equal(builtins.last, '| outer main');
    });

    it('also where the promise was made in another statement, and over links', () => {
      const run = new Run()
        .makes('p', 'Promise query:4 outer:2 main:9')
        .links('l', 'p', 'query:5 outer:2 main:9')
        .awaits('l', 'outer:3 main:9');
      assert.equal(run.last, 'query | outer main');
    });

    it('not where another function made it', () => {
      const run = new Run().makes('p', 'Promise query:4 other:2 main:9').awaits('p', 'outer:2 main:9');
      assert.equal(run.last, '| outer main');
    });

    it('within the depth that stacks may have, its outer end left out, and never only by the operation', () => {
      const of = (maxDepth: number): Run =>
        new Run({ maxDepth }).makes('p', 'Promise query:4 pool:7 outer:2 main:9').awaits('p', 'outer:2 main:9');
      assert.equal(of(4).last, 'query pool | outer main');
      assert.equal(of(3).last, 'query pool | outer');
      assert.equal(of(2).last, 'query | pool');
      const plain = (maxDepth: number): Run => new Run({ maxDepth }).awaits('a', 'leaf:1 outer:2 main:9');
      assert.equal(plain(3).last, '| leaf outer main');
      assert.equal(plain(2).last, '| leaf outer');
    });
  });
});
