/** One command of a shell, as far as documents have them. */
export interface ShellCommand {
  /** Of variables that are set for it: `OTEL_TASKPROF_CPU`. */
  readonly variables: readonly string[];
  readonly words: readonly string[];
}

/** The commands of a script: those of a pipe, and those of a list, each for itself. Without what stands in a redirection. */
export function commandsOf(script: string): ShellCommand[] {
  return script
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => commandsOfLine(line));
}

function commandsOfLine(line: string): ShellCommand[] {
  const commands: string[][] = [[]];
  for (const [word, comment, operator] of line.matchAll(
    /(#.*)|(&&|\|\|?|;)|>+ *\S+|(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g,
  )) {
    if (comment !== undefined) break;
    if (operator !== undefined) commands.push([]);
    else if (!word.startsWith('>')) commands.at(-1)!.push(word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  return commands.filter((words) => words.length > 0).map(withVariables);
}

function withVariables(all: readonly string[]): ShellCommand {
  const first = all.findIndex((word) => !/^[A-Z][A-Z0-9_]*=/.test(word));
  const split = first === -1 ? all.length : first;
  return { variables: all.slice(0, split).map((word) => word.split('=', 1)[0]!), words: all.slice(split) };
}
