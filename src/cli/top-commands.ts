import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { endpointAddress, type EndpointAddress, isUrl } from './endpoint-address.ts';
import { UsageError } from './failure.ts';
import { addFleetOptions, FLEET_OPTIONS, fleetChoiceOf, type FleetFlags } from './fleet-options.ts';
import { seconds } from './option-values.ts';
import {
  addAskOptions,
  addFilterOptions,
  addViewOptions,
  type AskFlags,
  askOf,
  type FilterFlags,
  filterOf,
  type ViewFlags,
  viewOf,
} from './options.ts';
import { type JsonFlag, subcommand } from './subcommand.ts';

interface TopFlags extends ViewFlags, FilterFlags, AskFlags, JsonFlag {
  readonly interval: number;
}

function addTopOptions(command: Command): Command {
  addViewOptions(command)
    .addOption(new Option('--interval <seconds>', 'renewed so often').argParser(seconds).default(2))
    .option('--json', 'print JSON once');
  return addAskOptions(addFilterOptions(command));
}

export function addTop(program: Command): void {
  const command = subcommand(
    program,
    'top',
    'Shows the tasks of a process on the whole terminal, renewed again and again. Keys sort, filter and quit; ? tells which. ' +
      'Prints them once where the output is no terminal. Of files, folders or ClickHouse it prints all profiles as one: means over them.',
    [
      'taskprof top localhost:6060',
      'taskprof top localhost:6060 --interval 0.5 --sort oldest',
      'taskprof top profiles/ --flat --limit 20',
      'taskprof top --clickhouse https://reader@clickhouse.example:8443 --where service.name=shop --since 1h',
    ],
  ).argument('[URL|PATH...]', 'a debug endpoint; or files, folders and patterns of profiles');
  addFleetOptions(addTopOptions(command)).action(
    async (targets: readonly string[], flags: TopFlags & FleetFlags, asked: Command) => {
      const [target] = targets;
      if (target !== undefined && targets.length === 1 && !existsSync(target) && isUrl(target)) {
        refuse(asked, FLEET_OPTIONS, 'is for files and ClickHouse, not for a live process');
        await showTop(endpointAddress(target), flags);
        return;
      }
      refuse(asked, LIVE_OPTIONS, 'is for a live process, not for files and ClickHouse');
      const { topOfFiles } = await import('./top-files.ts');
      await topOfFiles(fleetChoiceOf(targets, flags), { view: viewOf(flags), json: flags.json === true });
    },
  );
}

const LIVE_OPTIONS = [
  ...['minWait', 'label', 'traceId', 'matching', 'maxTasks', 'pinnedLabel', 'consistency'],
  ...['interval', 'token', 'timeout'],
];

/** Throws a {@link UsageError} for the first of the options that is on the command line. */
function refuse(command: Command, names: readonly string[], text: string): void {
  const option = command.options.find(
    (one) => names.includes(one.attributeName()) && command.getOptionValueSource(one.attributeName()) === 'cli',
  );
  if (option) throw new UsageError(`${option.long ?? ''} ${text}`);
}

export function addAttach(program: Command): void {
  const command = subcommand(
    program,
    'attach',
    'Shows the tasks of a process of this user that runs with "node --import otel-taskprof/register": on a terminal as top does, ' +
      'else as ps does.',
    ['taskprof attach 4711', 'taskprof attach $(pgrep -f app.js) --json > tasks.json'],
  ).argument('<PID>', 'the id of the process');
  addTopOptions(command).action(async (pid: string, flags: TopFlags) => {
    const { attachAddress } = await import('./attach-address.ts');
    await showTop(attachAddress(pid), flags);
  });
}

async function showTop(address: EndpointAddress, flags: TopFlags): Promise<void> {
  const [{ top }, { endpointSource }] = await Promise.all([import('./top.ts'), import('./task-source.ts')]);
  const source = endpointSource(address, filterOf(flags), {}, askOf(flags));
  await top(source, { view: viewOf(flags), json: flags.json === true, intervalMillis: flags.interval * 1e3 });
}
