/** What went wrong, in one line for the user; ends the command with exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** What the command line says wrong; ends the command with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Also what `--help` says. */
export const EXIT_CODES = { ok: 0, failure: 1, usage: 2 } as const;
