import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen } from '../receiver/screen.ts';
import { SpanStore } from '../receiver/span-store.ts';
import type { DemoOptions } from './arguments.ts';
import { createShop } from './database.ts';
import { createDisplay } from './display.ts';
import { resultText, startLoad } from './load.ts';
import { POOL_SIZE } from './pool.ts';
import { startPostgres } from './postgres.ts';
import { startService } from './service-process.ts';
import { openInBrowser } from './open-browser.ts';
import { startDemoViewer } from './viewer.ts';

/** Half a minute of the service's spans under load. */
const MAX_SPANS = 50_000;

/**
 * Runs the demo: until its time is up or `signal` is aborted, both of which are its normal end, or until a part of it
 * dies: then it rejects with what happened. Whatever it started has ended and is cleaned up when it settles.
 */
export async function runDemo(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  const demo = new Demo(screen, signal);
  try {
    await demo.run(options);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await demo.stop();
  }
}

interface Stoppable {
  readonly stop?: () => Promise<void>;
}

class Demo {
  readonly #screen: Screen;
  readonly #signal: AbortSignal;
  /** What ends the parts that were started, in the order of their start. */
  readonly #stops: (() => unknown)[] = [];
  #lastWords = '';

  constructor(screen: Screen, signal: AbortSignal) {
    this.#screen = screen;
    this.#signal = signal;
  }

  async run({ connections, durationSeconds }: DemoOptions): Promise<void> {
    const spans = new SpanStore(MAX_SPANS);
    const display = createDisplay(this.#screen, (reference) => spans.get(reference));
    const viewer = await this.#step(
      () => startDemoViewer(spans, (request) => display.show(request)),
      ({ url }) => `Viewer on ${url}/, which receives the service's OTLP`,
    );
    const postgres = await this.#step(
      startPostgres,
      ({ port, folder }) => `PostgreSQL on port ${port}, data in ${folder}`,
    );
    await this.#step(
      () => createShop(postgres.env),
      (shop) => `Tables filled, ${shop.orders} orders`,
    );
    this.#stops.push(() => display.flush());
    const service = await this.#step(
      () => startService({ ...postgres.env, ...telemetryEnv(viewer.url) }, (line) => this.#screen.message(line)),
      ({ url }) => `Service on ${url}, ${POOL_SIZE} connections in its pool`,
    );
    const load = startLoad(service.url, connections);
    this.#stops.push(async () => {
      this.#lastWords = resultText(await load.stop());
    });
    this.#screen.message(`        Load on ${connections} connections; the first profile comes in 5 s. Ctrl-C ends.`);
    openInBrowser(`${viewer.url}/`);
    const error = await Promise.race([postgres.ended, service.ended, this.#end(durationSeconds)]);
    if (error) throw error;
  }

  /** Ends the parts, the last one first: the load, the service (which sends its last profile), the database. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
    if (this.#lastWords !== '') this.#screen.message(this.#lastWords);
  }

  async #step<T>(start: () => Promise<T & Stoppable>, say: (part: T) => string): Promise<T> {
    this.#signal.throwIfAborted();
    const begin = performance.now();
    const part = await start();
    if (part.stop) this.#stops.push(() => part.stop?.());
    this.#screen.message(`${((performance.now() - begin) / 1000).toFixed(2)} s  ${say(part)}`);
    return part;
  }

  async #end(durationSeconds: number | undefined): Promise<undefined> {
    if (this.#signal.aborted) return undefined;
    const aborted = once(this.#signal, 'abort');
    // Not referenced: where a part dies, nothing waits for the rest of the time.
    const time = durationSeconds === undefined ? [] : [sleep(durationSeconds * 1000, undefined, { ref: false })];
    await Promise.race([aborted, ...time]);
    return undefined;
  }
}

function telemetryEnv(viewerUrl: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: viewerUrl,
    OTEL_SERVICE_NAME: 'taskprof-demo-shop',
    // The viewer takes traces and profiles.
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // Spans are wanted for the table of the same moment; some 2,000 end in a second.
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BSP_MAX_QUEUE_SIZE: '8192',
  };
}
