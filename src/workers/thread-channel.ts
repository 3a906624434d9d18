import { randomUUID } from 'node:crypto';
import {
  BroadcastChannel,
  getEnvironmentData,
  type MessagePort,
  receiveMessageOnPort,
  setEnvironmentData,
} from 'node:worker_threads';
import { guarded } from '../base/faults.ts';

/** With the version of what is sent: another copy of the package may run in another thread. */
const KEY = 'otel-taskprof threads 1';

interface Offer {
  readonly name?: unknown;
  readonly collectors?: unknown;
}

/**
 * How the threads of a process reach each other, as the main thread gives it to every worker that starts later, nested ones
 * included. Broadcast channels, because no thread has to hold anything for another, which may end at any moment; and because the
 * application's own ports and messages stay untouched.
 */
export class ThreadChannel {
  readonly #name: string;
  /** How many pipelines of the main thread collect. */
  readonly #collectors: Int32Array;

  private constructor(name: string, collectors: Int32Array) {
    this.#name = name;
    this.#collectors = collectors;
  }

  /** For the main thread: from now on workers that start find it. */
  static offer(): ThreadChannel {
    const offered = ThreadChannel.offered();
    if (offered) return offered;
    const channel = new ThreadChannel(`otel-taskprof ${randomUUID()}`, new Int32Array(new SharedArrayBuffer(4)));
    setEnvironmentData(KEY, { name: channel.#name, collectors: channel.#collectors });
    return channel;
  }

  /** For the main thread: workers that start from now on don't find it. */
  static withdraw(): void {
    setEnvironmentData(KEY, undefined);
  }

  /** What the main thread offered to this one; undefined where it did not. */
  static offered(): ThreadChannel | undefined {
    const { name, collectors } = (getEnvironmentData(KEY) as Offer | undefined) ?? {};
    if (typeof name !== 'string' || !(collectors instanceof Int32Array)) return undefined;
    return new ThreadChannel(name, collectors);
  }

  /** Whether somebody in the main thread collects. */
  get isCollected(): boolean {
    return Atomics.load(this.#collectors, 0) > 0;
  }

  beginCollecting(): void {
    Atomics.add(this.#collectors, 0, 1);
  }

  endCollecting(): void {
    Atomics.sub(this.#collectors, 0, 1);
  }

  /** Calls `onMessage` for what workers send. Does not keep the thread alive. */
  listenToWorkers(onMessage: (message: unknown) => void): Listener {
    return listen(this.#up, onMessage);
  }

  /** The same in a worker, for what the main thread sends. */
  listenToMain(onMessage: (message: unknown) => void): Listener {
    return listen(this.#down, onMessage);
  }

  /** Has arrived in the main thread's queue when it returns, whatever becomes of this thread. */
  sendToMain(message: unknown): void {
    send(this.#up, message);
  }

  sendToWorkers(message: unknown): void {
    send(this.#down, message);
  }

  get #up(): string {
    return `${this.#name} up`;
  }

  get #down(): string {
    return `${this.#name} down`;
  }
}

export interface Listener {
  /** Takes what has arrived and was not told yet. */
  drain(): void;
  close(): void;
}

function listen(name: string, onMessage: (message: unknown) => void): Listener {
  const channel = new BroadcastChannel(name);
  channel.onmessage = guarded('a message of another thread met an error', (event: unknown) =>
    onMessage((event as { data: unknown }).data),
  );
  channel.unref();
  let isOpen = true;
  return {
    drain() {
      if (!isOpen) return;
      for (let next = receive(channel); next !== undefined; next = receive(channel)) onMessage(next.message);
    },
    close() {
      isOpen = false;
      channel.close();
    },
  };
}

function receive(channel: BroadcastChannel): { readonly message: unknown } | undefined {
  // Node takes both; the types know ports only.
  return receiveMessageOnPort(channel as unknown as MessagePort);
}

/** Open for the moment only: an open channel would take what every other thread sends. */
function send(name: string, message: unknown): void {
  const channel = new BroadcastChannel(name);
  try {
    channel.postMessage(message);
  } finally {
    channel.close();
  }
}
