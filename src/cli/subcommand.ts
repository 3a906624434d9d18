import type { Command } from 'commander';

export const EXIT_CODES_HELP = `
Exit codes: 0 success, 1 failure, 2 wrong usage. Errors are one line on the standard error.`;

export interface JsonFlag {
  readonly json?: true;
}

/** A command with its examples below its options. */
export function subcommand(
  program: Command,
  usage: string,
  description: string,
  examples: readonly string[],
  endings = '',
): Command {
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return program
    .command(usage)
    .description(description)
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', `${endings}\nExamples:\n${lines}\n${EXIT_CODES_HELP}`);
}
