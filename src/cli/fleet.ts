import { AnalyzeError, NoProfileError } from '../analyze/analyze-error.ts';
import type { FleetDatabase } from '../analyze/fleet-database.ts';
import { checkPattern } from '../analyze/pattern.ts';
import type { SampleNeeds } from '../analyze/sample-needs.ts';
import { toError } from '../base/errors.ts';
import { clickHouseAddress } from './clickhouse-address.ts';
import { CommandError, UsageError } from './failure.ts';
import type { FleetChoice } from './fleet-options.ts';
import { terminalText } from './terminal-text.ts';

/**
 * Opens what profiles are in, asks, and closes it. `pattern` is checked ahead of reading; of files no more is read than `needs`. What goes wrong is a
 * {@link CommandError}, a pattern that is none a {@link UsageError}.
 */
export async function askFleet<T>(
  choice: FleetChoice,
  pattern: string | undefined,
  ask: (database: FleetDatabase) => Promise<T>,
  needs?: SampleNeeds,
): Promise<T> {
  if (choice.paths.length === 0 && !choice.clickHouse)
    throw new UsageError('it takes files or folders, or --clickhouse');
  const opened = await inWords(() => open(choice, needs));
  try {
    if (pattern !== undefined) await check(opened.database, pattern, choice.clickHouse !== undefined);
    await inWords(() => opened.fill());
    return await inWords(() => answer(opened.database, choice, ask));
  } finally {
    await opened.close();
  }
}

async function answer<T>(
  database: FleetDatabase,
  choice: FleetChoice,
  ask: (database: FleetDatabase) => Promise<T>,
): Promise<T> {
  try {
    return await ask(database);
  } catch (thrown) {
    if (!(thrown instanceof NoProfileError)) throw thrown;
    throw new CommandError(await nothingText(database, choice), { cause: thrown });
  }
}

/** Profiles that can be asked about once they are filled in. */
export interface OpenFleet {
  readonly database: FleetDatabase;
  fill(): Promise<void>;
  close(): Promise<void>;
}

async function open(choice: FleetChoice, needs: SampleNeeds | undefined): Promise<OpenFleet> {
  if (choice.clickHouse) {
    const { ClickHouseDatabase } = await import('../analyze/clickhouse-database.ts');
    const { address, database } = clickHouseAddress(choice.clickHouse);
    const table = { database, table: choice.clickHouse.table };
    const asked = new ClickHouseDatabase(address, table, choice.selection);
    return { database: asked, fill: () => Promise.resolve(), close: () => Promise.resolve() };
  }
  const { openFiles } = await import('./fleet-files.ts');
  return openFiles(choice, needs);
}

async function check(database: FleetDatabase, pattern: string, isRemote: boolean): Promise<void> {
  try {
    await checkPattern(database, pattern);
  } catch (thrown) {
    const text = terminalText(toError(thrown).message);
    // Of ClickHouse it may as well be that it is not there.
    if (isRemote && !/regexp|re2|CANNOT_COMPILE/i.test(text)) throw new CommandError(text, { cause: thrown });
    throw new UsageError(
      `"${pattern}" is no regular expression of RE2: ${text.replace(/^Invalid Input Error: /, '')}`,
      { cause: thrown },
    );
  }
}

async function nothingText(database: FleetDatabase, { selection, paths, clickHouse }: FleetChoice): Promise<string> {
  const where = clickHouse ? `table ${clickHouse.table}` : paths.join(' ');
  const types = [...(await inWords(() => database.typeCounts()))];
  if (types.length === 0) return `${where}: there is no profile with a sample in it`;
  const text = types.map(([type, count]) => `"${type}" (${count})`).join(', ');
  const isThere = types.some(([type]) => type === selection.measure);
  return isThere
    ? `${where}: no profile of type "${selection.measure}" is left by --since, --until and --where`
    : `${where}: there is no profile of type "${selection.measure}" in it, only of ${text}; --measure chooses`;
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof AnalyzeError)) throw thrown;
    throw new CommandError(terminalText(thrown.message), { cause: thrown });
  }
}
