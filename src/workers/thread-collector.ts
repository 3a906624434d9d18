import { diag } from '@opentelemetry/api';
import { takeAll } from '../base/faults.ts';
import type { Profile } from '../profile/model.ts';
import type { Listener, ThreadChannel } from './thread-channel.ts';
import type { ThreadMessage } from './thread-messages.ts';
import { watchWorkers } from './watch-workers.ts';

/** What waits for the next export at the most: some 16 MiB. */
const MAX_PROFILES = 2_048;
const MAX_SAMPLES = 65_536;

/** How long workers may take to hand over what they have. One that computes does not hear of it. */
const FLUSH_MILLIS = 2_000;

/** In the main thread: takes the profiles of worker threads until they are exported. Holds nothing for a worker that is gone. */
export class ThreadCollector {
  readonly #channel: ThreadChannel;
  readonly #listener: Listener;
  readonly #stopWatching: () => void;
  /** Workers that gather. */
  readonly #threads = new Set<number>();
  readonly #flushes = new Map<number, Flush>();
  readonly #flushMillis: number;
  #requests = 0;
  #waiting: Profile[] = [];
  #samples = 0;
  #isFull = false;
  #isOpen = true;

  constructor(channel: ThreadChannel, flushMillis = FLUSH_MILLIS) {
    this.#channel = channel;
    this.#flushMillis = flushMillis;
    const stopWatching = watchWorkers((threadId) => this.#onEnd(threadId));
    this.#stopWatching = stopWatching;
    let listener: Listener | undefined;
    try {
      this.#listener = listener = channel.listenToWorkers((message) => this.#onMessage(message as ThreadMessage));
      channel.beginCollecting();
    } catch (thrown) {
      stopWatching();
      listener?.close();
      throw thrown;
    }
  }

  /** Lets go of everything; what workers gather from now on is lost. Idempotent. */
  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#waiting = [];
    this.#threads.clear();
    takeAll('the end of collecting met an error', [
      this.#stopWatching,
      () => this.#listener.close(),
      () => this.#channel.endCollecting(),
      ...[...this.#flushes.values()].map((flush) => () => flush.end()),
    ]);
  };

  /** What has arrived and was not taken yet. */
  take(): readonly Profile[] {
    this.#listener.drain();
    const profiles = this.#waiting;
    this.#waiting = [];
    this.#samples = 0;
    this.#isFull = false;
    return profiles;
  }

  /** Has workers hand over what they have; resolves when they did, or after two seconds. */
  async flush(): Promise<void> {
    this.#listener.drain();
    if (!this.#isOpen || this.#threads.size === 0) return;
    const request = ++this.#requests;
    const flush = new Flush(this.#threads, this.#flushMillis);
    this.#flushes.set(request, flush);
    try {
      this.#channel.sendToWorkers({ request });
      await flush.done;
    } finally {
      this.#flushes.delete(request);
      flush.end();
    }
    // One that was only busy is back with its next message.
    for (const threadId of flush.silent) this.#threads.delete(threadId);
  }

  #onMessage(message: ThreadMessage): void {
    if (!this.#isOpen) return;
    if (message.kind === 'end') {
      this.#onEnd(message.threadId);
      return;
    }
    this.#threads.add(message.threadId);
    if (message.kind === 'flushed') this.#flushes.get(message.request)?.heardOf(message.threadId);
    else if (message.kind === 'profiles') for (const profile of message.profiles) this.#keep(profile);
  }

  #onEnd(threadId: number): void {
    // What it sent comes before: a message that is read later would make it one that gathers again.
    this.#listener.drain();
    this.#threads.delete(threadId);
    for (const flush of this.#flushes.values()) flush.heardOf(threadId);
  }

  #keep(profile: Profile): void {
    const isRoom = this.#waiting.length < MAX_PROFILES && this.#samples + profile.samples.length <= MAX_SAMPLES;
    if (isRoom) {
      this.#waiting.push(profile);
      this.#samples += profile.samples.length;
    } else if (!this.#isFull) {
      this.#isFull = true;
      diag.warn('otel-taskprof: worker threads send more than one export takes: the rest of this interval is dropped');
    }
  }
}

/** A request and the threads that have not answered yet. */
class Flush {
  /** Resolves when all have answered, or the time is over. */
  readonly done: Promise<void>;
  readonly silent: Set<number>;
  readonly #timer: NodeJS.Timeout;
  readonly #resolve: () => void;

  constructor(threads: ReadonlySet<number>, millis: number) {
    this.silent = new Set(threads);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.done = promise;
    this.#resolve = resolve.bind(null, undefined);
    // Nothing of ours that could fail: whoever waits would wait for ever. Referenced: the process may have nothing else to wait for.
    this.#timer = setTimeout(this.#resolve, millis);
  }

  heardOf(threadId: number): void {
    this.silent.delete(threadId);
    if (this.silent.size === 0) this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#resolve();
  }
}
