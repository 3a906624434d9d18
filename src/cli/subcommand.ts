import type { Command } from 'commander';

export const EXIT_CODES_HELP = `
Exit codes: 0 success, 1 failure, 2 wrong usage. Errors are one line on the standard error.`;

export interface JsonFlag {
  readonly json?: true;
}

/** Text below the options, as wide as they are; what is indented stays as it is. */
export function addTextBelow(command: Command, text: string): Command {
  return command.addHelpText('after', ({ command: asked }) => {
    const width = asked.configureOutput().getOutHelpWidth?.() ?? 80;
    const paragraphs = text.replace(/(?<=\S)\n(?=\S)/g, ' ').split('\n');
    const help = asked.createHelp();
    return paragraphs.map((line) => (line.startsWith(' ') ? line : help.boxWrap(line, width))).join('\n');
  });
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
  const command = program.command(usage).description(description).helpOption('-h, --help', 'print this');
  return addTextBelow(command, `${endings}\nExamples:\n${lines}\n${EXIT_CODES_HELP}`);
}
