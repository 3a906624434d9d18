// What every application here does: a task that is parked for good, inside a span that ends.
const { metrics, trace } = require('@opentelemetry/api');

async function waitForever() {
  await new Promise(() => {});
}

exports.work = () =>
  trace.getTracer('app').startActiveSpan('work', (span) => {
    exports.parked = waitForever();
    metrics.getMeter('app').createCounter('works').add(1);
    span.end();
  });

// Ways to end. A turn later than the start, so that the tasks have been parked for some time.
const ENDS = {
  /** Runs out of work. */
  exit: () => (process.exitCode = process.env.APP_EXIT_CODE),
  /** Shuts its SDK down and exits at once. */
  shutdown: async (shutdown) => {
    await shutdown();
    process.exit(3);
  },
  /** Goes on for ever. */
  wait: () => setInterval(() => {}, 1_000),
  /** Ends itself on SIGTERM, but finishes what it does first: until its standard input ends. */
  handle: (shutdown) => {
    setInterval(() => {}, 1_000);
    process.on('SIGTERM', async () => {
      await shutdown?.();
      process.stdout.write('handled\n');
      process.stdin.on('end', () => process.exit(7)).resume();
    });
  },
  /** Ends itself on SIGTERM where nobody else listens. */
  only: () => {
    setInterval(() => {}, 1_000);
    process.on('SIGTERM', () => process.listenerCount('SIGTERM') === 1 && process.exit(5));
  },
};

exports.end = (shutdown) =>
  setTimeout(() => {
    ENDS[process.env.APP_END ?? 'exit'](shutdown);
    process.stdout.write('ready\n');
  }, 50);
