import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { withTaskLabels } from '../../../src/base/task-labels.ts';

/** A program that uses what promises, timers, contexts and errors have, and tells in which order what happened. */
export function application(): Promise<string> {
  // As requests do: outside of any job of promises.
  return new Promise((resolve) => void setImmediate(() => resolve(serve())));
}

async function serve(): Promise<string> {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const requests = new AsyncLocalStorage<number>();

  async function query(id: number): Promise<number> {
    await turn();
    if (id % 5 === 4) throw new Error(`query ${id}`);
    return id;
  }
  async function load(id: number): Promise<string> {
    try {
      return `${await query(id)} of ${requests.getStore()}`;
    } catch (error) {
      return String((error as Error).stack).replace(/\n +at (?!async (load|handle)).*/g, '');
    } finally {
      note(`loaded ${id}`);
    }
  }
  async function handle(id: number): Promise<void> {
    const parts = await Promise.all([load(id), load(id + 1), sleep(1, 'slept')]);
    note(`${id} ${parts.join()} in ${requests.getStore()}`);
  }
  async function* rows(): AsyncGenerator<number> {
    for (let i = 0; i < 3; i++) yield await query(i);
  }
  const labelled = (id: number): Promise<void> => withTaskLabels({ tenant: `t${id % 2}` }, () => handle(id));
  const tracer = trace.getTracer('application');
  const spanned = (id: number): Promise<void> =>
    tracer.startActiveSpan(`GET /${id}`, async (span) => {
      const inner = tracer.startSpan('load');
      await context.with(trace.setSpan(context.active(), inner), () => labelled(id));
      inner.end();
      span.setAttribute('http.route', '/:id').end();
    });
  const baggage = propagation.createBaggage({ user: { value: 'u1' } });
  const received = (id: number): Promise<void> =>
    context.with(propagation.setBaggage(context.active(), baggage), () => spanned(id));

  void abandoned();
  for (let i = 0; i < 6; i += 3) await requests.run(i, () => received(i));
  for await (const row of rows()) note(`row ${row}`);
  await Promise.allSettled([query(4), Promise.race([sleep(1_000, 0, { ref: false }), query(1)])]).then((all) =>
    note(JSON.stringify(all)),
  );
  const shared = turn().then(() => 'shared');
  note((await Promise.all([1, 2, 3].map(async () => await shared))).join());
  return lines.join('\n');
}

async function abandoned(): Promise<void> {
  await new Promise(() => undefined);
}
