import { DuckDbStore } from '../analyze/duckdb-store.ts';
import type { SampleNeeds } from '../analyze/sample-needs.ts';
import { decodeFiles } from './decode-files.ts';
import { CommandError } from './failure.ts';
import type { OpenFleet } from './fleet.ts';
import type { FleetChoice } from './fleet-options.ts';
import { profileFiles } from './profile-files.ts';
import { ProgressBar } from './progress-bar.ts';
import { terminalText } from './terminal-text.ts';

/** Problems that are told one by one; of more there is the number. */
const TOLD_PROBLEMS = 5;

/** A store for files, empty until it is filled: with all, or with what the question needs. */
export async function openFiles({ paths, selection, isStrict }: FleetChoice, needs?: SampleNeeds): Promise<OpenFleet> {
  const files = profileFiles(paths);
  const store = await DuckDbStore.open();
  const forgetSignals = endAtSignals();
  return {
    database: store,
    fill: async () => {
      const bar = new ProgressBar({ files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
      const problems: string[] = [];
      try {
        await decodeFiles(files, { selection, ...(needs && { needs }) }, store, {
          onFiles: (count, bytes) => bar.advance(count, bytes),
          onProblem: (problem) => {
            problems.push(problem);
            if (isStrict) throw new CommandError(terminalText(problem));
          },
        });
      } finally {
        bar.end();
      }
      tellProblems(problems, files.length);
      await store.finish();
    },
    close: () => {
      forgetSignals();
      return store.close();
    },
  };
}

function tellProblems(problems: readonly string[], files: number): void {
  if (problems.length === 0) return;
  for (const problem of problems.slice(0, TOLD_PROBLEMS)) process.stderr.write(`taskprof: ${terminalText(problem)}\n`);
  if (problems.length === files) throw new CommandError(`none of ${files} files can be read`);
  process.stderr.write(`left out: ${problems.length} of ${files} files, which can not be read; --strict fails there\n`);
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** As by default, but what is to be done at the exit is done. Gives what takes that back. */
function endAtSignals(): () => void {
  const handlers = Object.entries(SIGNAL_NUMBERS).map(([signal, number]) => {
    const handler = (): void => process.exit(128 + number);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => handlers.forEach((takeBack) => takeBack());
}
