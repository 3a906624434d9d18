import { Command, Option } from 'commander';
import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { endpointAddress } from './endpoint-address.ts';
import { EXTENSIONS_TEXT } from './format-names.ts';
import { GET_FORMATS, type GetFormat } from './get-formats.ts';
import { INPUT_FORMATS, type InputFormat } from './input-format.ts';
import { seconds } from './option-values.ts';
import {
  addAskOptions,
  addFilterOptions,
  addViewOptions,
  addWantedOptions,
  type AskFlags,
  askOf,
  type FilterFlags,
  filterOf,
  type ViewFlags,
  viewOf,
  type WantedFlags,
  wantedOf,
} from './options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output-formats.ts';

// Commands load what they need when they run: `--help` and errors come at once.

/** The command line: what there is, what it is called, and which command runs. */
export function createProgram(): Command {
  const program = new Command('taskprof')
    .description('Shows the live async tasks of Node.js processes that run otel-taskprof, and converts profiles.')
    .version(INSTRUMENTATION_SCOPE.version)
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(usageErrorText(text)) })
    .addHelpText('after', PROGRAM_HELP);
  for (const add of [addPs, addTop, addGet, addConvert, addAttach]) add(program);
  return program;
}

const EXIT_CODES_HELP = `
Exit codes: 0 success, 1 failure, 2 wrong usage. Errors are one line on the standard error.`;

const PROGRAM_HELP = `
A URL is that of a debug endpoint; without a path it gets /debug/tasks. Colours are for terminals, and not where NO_COLOR is set.

Examples:
  taskprof ps localhost:9464
  taskprof top localhost:9464
  taskprof get localhost:9464 -o tasks.pb.gz
  taskprof convert tasks.pb.gz tasks.folded
  taskprof attach 4711
${EXIT_CODES_HELP}`;

/** In the form of all our errors. */
function usageErrorText(text: string): string {
  return `taskprof: ${text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')} (see --help)\n`;
}

function subcommand(
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

interface JsonFlag {
  readonly json?: true;
}

interface PsFlags extends ViewFlags, FilterFlags, WantedFlags, AskFlags, JsonFlag {}

function addPs(program: Command): void {
  const command = subcommand(
    program,
    'ps',
    'Prints the tasks of a process or of a profile, by callers, the most first.',
    [
      'taskprof ps localhost:9464',
      'taskprof ps https://shop.example/debug/tasks --min-wait 5000 --label tenant=acme',
      'taskprof ps localhost:9464 --seconds 10 --sample-type wait',
      'taskprof ps tasks.pb.gz --flat --sort oldest --limit 20',
      "taskprof ps localhost:9464 --json | jq '.stacks[0]'",
    ],
  ).argument('<URL|FILE>', 'a debug endpoint, or a file: pprof, OTLP, folded stacks, JSON; - for the standard input');
  addViewOptions(command).option('--json', 'print JSON');
  addAskOptions(addFilterOptions(addWantedOptions(command))).action(async (target: string, flags: PsFlags) => {
    const [{ ps }, { sourceOf }] = await Promise.all([import('./ps.ts'), import('./task-source.ts')]);
    const source = sourceOf(target, filterOf(flags), wantedOf(flags), askOf(flags));
    await ps(source, { view: viewOf(flags), json: flags.json === true });
  });
}

interface TopFlags extends ViewFlags, FilterFlags, AskFlags, JsonFlag {
  readonly interval: number;
}

function addTopOptions(command: Command): Command {
  addViewOptions(command)
    .addOption(new Option('--interval <seconds>', 'renewed so often').argParser(seconds).default(2))
    .option('--json', 'print JSON once');
  return addAskOptions(addFilterOptions(command));
}

function addTop(program: Command): void {
  const command = subcommand(
    program,
    'top',
    'Shows the tasks of a process on the whole terminal, renewed again and again. Keys sort, filter and quit; ? tells which. ' +
      'Prints them once where the output is no terminal.',
    ['taskprof top localhost:9464', 'taskprof top localhost:9464 --interval 0.5 --sort oldest'],
  ).argument('<URL>', 'a debug endpoint');
  addTopOptions(command).action(async (url: string, flags: TopFlags) => {
    await showTop(endpointAddress(url), flags);
  });
}

async function showTop(address: ReturnType<typeof endpointAddress>, flags: TopFlags): Promise<void> {
  const [{ top }, { endpointSource }] = await Promise.all([import('./top.ts'), import('./task-source.ts')]);
  const source = endpointSource(address, filterOf(flags), {}, askOf(flags));
  await top(source, { view: viewOf(flags), json: flags.json === true, intervalMillis: flags.interval * 1e3 });
}

interface GetFlags extends FilterFlags, WantedFlags, AskFlags {
  readonly output?: string;
  readonly format?: GetFormat;
}

function addGet(program: Command): void {
  const command = subcommand(
    program,
    'get',
    "Saves a profile of a process's tasks.",
    [
      'taskprof get localhost:9464 -o tasks.pb.gz && go tool pprof -top tasks.pb.gz',
      'taskprof get localhost:9464 -o tasks.otlp.json --seconds 30',
      'taskprof get localhost:9464 --seconds 30 --sample-type wait --format folded | flamegraph.pl > wait.svg',
      'taskprof get localhost:9464 --format tasks | less',
    ],
    `\nEndings of files:\n  ${EXTENSIONS_TEXT};\n  .snapshot.json is json\n`,
  )
    .argument('<URL>', 'a debug endpoint')
    .option('-o, --output <file>', 'where to; - for the standard output (default)')
    .addOption(
      new Option(
        '--format <format>',
        'json is the snapshot, text is grouped by stack, tasks is one after another (default: by the ending of the file, else pprof)',
      ).choices(GET_FORMATS),
    );
  addAskOptions(addFilterOptions(addWantedOptions(command))).action(
    async (url: string, { output, format, ...flags }: GetFlags) => {
      const { get } = await import('./get.ts');
      const options = {
        ...(output !== undefined && { output }),
        ...(format !== undefined && { format }),
        ...wantedOf(flags),
        filter: filterOf(flags),
      };
      await get(endpointAddress(url), options, askOf(flags));
    },
  );
}

interface ConvertFlags {
  readonly from?: InputFormat;
  readonly to?: OutputFormat;
  readonly sampleType?: string;
  readonly positions?: true;
  readonly quiet?: true;
}

function addConvert(program: Command): void {
  subcommand(
    program,
    'convert',
    'Converts a profile; what the other format can not hold is told on the standard error.',
    [
      'taskprof convert cpu.pb.gz cpu.otlp.json',
      'taskprof convert tasks.otlp.pb - --to folded | flamegraph.pl > tasks.svg',
      'taskprof convert heap.pb.gz heap.folded --sample-type inuse_space',
    ],
  )
    .argument('<in>', 'a file of any of the formats, gzip-ed or not; - for the standard input')
    .argument('<out>', 'a file; - for the standard output')
    .addOption(new Option('--from <format>', 'of the input (default: by what is in it)').choices(INPUT_FORMATS))
    .addOption(new Option('--to <format>', 'of the output (default: by its ending)').choices(OUTPUT_FORMATS))
    .option('--sample-type <type>', 'only the profiles that count this')
    .option('--positions', 'files and lines in the names of folded stacks')
    .option('-q, --quiet', 'do not tell what is not carried over')
    .action(async (input: string, output: string, { positions, quiet, ...flags }: ConvertFlags) => {
      const { convert } = await import('./convert.ts');
      await convert(input, output, { ...flags, positions: positions === true, quiet: quiet === true });
    });
}

function addAttach(program: Command): void {
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
