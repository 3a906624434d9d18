// `npm start`: a web service on PostgreSQL under load, and the table of its parked tasks.
import { createScreen } from '../receiver/screen.ts';
import { HELP, parseDemoArguments, UsageError } from './arguments.ts';
import { runDemo } from './run.ts';

/** npm passes on a Ctrl-C that the terminal has already sent to everybody: what follows at once is the same key press. */
const SAME_PRESS_MILLIS = 500;

const EXIT_CODE = { failure: 1, usage: 2, killed: 130 } as const;

/** Aborts at the first SIGINT, SIGTERM or SIGHUP, or when nobody reads the output any more; a later signal kills. */
function endSignal(): AbortSignal {
  const controller = new AbortController();
  let pressed: number | undefined;
  const end = (): void => {
    const now = performance.now();
    pressed ??= now;
    if (now - pressed > SAME_PRESS_MILLIS) process.exit(EXIT_CODE.killed);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  process.stdout.on('error', () => controller.abort());
  return controller.signal;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseDemoArguments(args);
  if (options === 'help') return void process.stdout.write(HELP);
  await runDemo(options, createScreen(process.stdout), endSignal());
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${(error as Error).message}\n${isUsage ? '\nnpm start -- --help says more.\n' : ''}`);
  process.exitCode = isUsage ? EXIT_CODE.usage : EXIT_CODE.failure;
}
