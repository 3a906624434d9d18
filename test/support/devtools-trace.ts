// It has no types that stand alone.
const ENGINE = '@paulirish/trace_engine/models/trace/trace.js' as string;

/** An event as Chrome's DevTools have read it: what is nested in what by their account. */
export interface ReadEvent {
  readonly name: string;
  /** Names of the events around it, outermost first. */
  readonly path: readonly string[];
}

export interface ReadThread {
  readonly process: string;
  readonly name: string;
  readonly events: readonly ReadEvent[];
}

interface Engine {
  readonly Processor: { readonly TraceProcessor: { createWithAllHandlers(): Processor } };
}

interface Processor {
  parse(events: readonly object[], options: object): Promise<void>;
  readonly data: {
    readonly Renderer: { readonly processes: ReadonlyMap<number, { readonly threads: ReadonlyMap<number, Thread> }> };
  } | null;
}

interface Thread {
  readonly name: string | null;
  readonly tree?: { readonly roots: ReadonlySet<Node> };
}

interface Node {
  readonly entry: { readonly name: string };
  readonly children: readonly Node[];
}

/**
 * Reads a Trace Event file with the trace engine of Chrome's DevTools: a reader that has nothing to do with our writer. It drops what
 * overlaps its neighbour without being in it.
 */
export async function readWithDevtools(file: Uint8Array): Promise<ReadThread[]> {
  // It wants the DOM for layouts, which are not in here.
  Object.assign(globalThis, { DOMRect: Object });
  const { Processor } = (await import(ENGINE)) as Engine;
  const { traceEvents } = JSON.parse(Buffer.from(file).toString()) as { traceEvents: (object & Named)[] };
  const processor = Processor.TraceProcessor.createWithAllHandlers();
  await processor.parse(traceEvents, {});
  const nameOf = (pid: number): string =>
    traceEvents.find((event) => event.name === 'process_name' && event.pid === pid)?.args.name ?? '';
  return [...(processor.data?.Renderer.processes ?? [])].flatMap(([pid, { threads }]) =>
    [...threads.values()].map(({ name, tree }) => ({
      process: nameOf(pid),
      name: name ?? '',
      events: [...(tree?.roots ?? [])].flatMap((root) => eventsUnder(root, [])),
    })),
  );
}

interface Named {
  readonly name: string;
  readonly pid: number;
  readonly args: { readonly name?: string };
}

function eventsUnder({ entry, children }: Node, path: readonly string[]): ReadEvent[] {
  const inside = [...path, entry.name];
  return [{ name: entry.name, path }, ...children.flatMap((child) => eventsUnder(child, inside))];
}
