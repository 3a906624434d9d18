#!/usr/bin/env node
import { CommanderError } from 'commander';
import { toError } from '../base/errors.ts';
import { CommandError, EXIT_CODES, UsageError } from './failure.ts';
import { createProgram } from './program.ts';
import { terminalText } from './terminal-text.ts';

// Who reads the output may have seen enough of it: `taskprof ps ... | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`taskprof: cannot write: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? EXIT_CODES.ok : EXIT_CODES.failure);
});

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  const program = createProgram();
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_CODES.ok;
  } catch (thrown) {
    // It has told what is wrong, or what was asked for.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    process.stderr.write(`taskprof: ${errorText(thrown)}\n`);
    return thrown instanceof UsageError ? EXIT_CODES.usage : EXIT_CODES.failure;
  }
}

/** Messages quote what files and servers say. */
function errorText(thrown: unknown): string {
  if (thrown instanceof CommandError || thrown instanceof UsageError) return terminalText(thrown.message);
  // A mistake of ours: the stack is what helps.
  const text = toError(thrown).stack ?? toError(thrown).message;
  return text.split('\n').map(terminalText).join('\n');
}
