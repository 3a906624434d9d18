import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from './assets.ts';
import { RequestError } from '../debug/request-error.ts';
import type { Store } from './store.ts';

/** Changes that come in a row are told once. */
const DELAY_MILLIS = 500;
const MAX_PAGES = 64;

/** Tells open pages, by server-sent events, that there is something new: `data` is the revision of the store. */
export class ChangeStream {
  readonly #store: Store;
  readonly #pages = new Set<ServerResponse>();
  readonly #stop: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#stop = store.onChange(() => (this.#timer ??= setTimeout(() => this.#tell(), DELAY_MILLIS).unref()));
  }

  add(response: ServerResponse): void {
    if (this.#pages.size >= MAX_PAGES) throw new RequestError(503, `more than ${MAX_PAGES} pages are open`);
    response.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': 'text/event-stream' });
    response.write(eventOf(this.#store.revision));
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
  }

  close(): void {
    this.#stop();
    clearTimeout(this.#timer);
    for (const page of this.#pages) page.end();
  }

  #tell(): void {
    this.#timer = undefined;
    for (const page of this.#pages) page.write(eventOf(this.#store.revision));
  }
}

function eventOf(revision: number): string {
  return `data: ${revision}\n\n`;
}
