import { Command, Option } from 'commander';
import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { endpointAddress } from './endpoint-address.ts';
import { addDiff, addGrep } from './fleet-commands.ts';
import { EXTENSIONS_TEXT } from './format-names.ts';
import { GET_FORMATS, type GetFormat } from './get-formats.ts';
import { INPUT_FORMATS, type InputFormat } from './input-format.ts';
import { count, label, seconds, traceId } from './option-values.ts';
import {
  addAskOptions,
  addFilterOptions,
  addViewOptions,
  addWantedOptions,
  type AskFlags,
  askOf,
  type FilterFlags,
  filterOf,
  labelOption,
  traceIdOption,
  type ViewFlags,
  viewOf,
  type WantedFlags,
  wantedOf,
} from './options.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './output-formats.ts';
import { addTextBelow, EXIT_CODES_HELP, type JsonFlag, subcommand } from './subcommand.ts';
import { addAttach, addTop } from './top-commands.ts';
import { addView } from './view-command.ts';
import { TIMELINE_FORMATS, type TimelineFormat } from './timeline-formats.ts';

// Commands load what they need when they run: `--help` and errors come at once.

/** The command line: what there is, what it is called, and which command runs. */
export function createProgram(): Command {
  const program = new Command('taskprof')
    .description('Shows the live async tasks of Node.js processes that run otel-taskprof, and converts profiles.')
    .version(INSTRUMENTATION_SCOPE.version)
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(usageErrorText(text)) });
  addTextBelow(program, PROGRAM_HELP);
  for (const add of [addPs, addTop, addView, addGet, addTimeline, addWhere, addConvert, addAttach, addGrep, addDiff])
    add(program);
  return program;
}

const PROGRAM_HELP = `
A URL is that of a debug endpoint; without a path it gets /debug/tasks. Colours are for terminals, and not where NO_COLOR is set.

Examples:
  taskprof ps localhost:6060
  taskprof top localhost:6060
  taskprof view
  taskprof get localhost:6060 -o tasks.pb.gz
  taskprof timeline localhost:6060 -o timeline.json
  taskprof where localhost:6060 --label http.route=/orders
  taskprof convert tasks.pb.gz tasks.folded
  taskprof attach 4711
  taskprof grep 'pool\\.connect' profiles/
  taskprof diff --top 5% profiles/
${EXIT_CODES_HELP}`;

/** In the form of all our errors. */
function usageErrorText(text: string): string {
  return `taskprof: ${text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')} (see --help)\n`;
}

interface PsFlags extends ViewFlags, FilterFlags, WantedFlags, AskFlags, JsonFlag {}

function addPs(program: Command): void {
  const command = subcommand(
    program,
    'ps',
    'Prints the tasks of a process or of a profile, by callers, the most first.',
    [
      'taskprof ps localhost:6060',
      'taskprof ps https://shop.example/debug/tasks --min-wait 5000 --label tenant=acme',
      'taskprof ps localhost:6060 --seconds 10 --sample-type wait',
      'taskprof ps tasks.otlp.pb --flat --sort oldest --limit 20',
      "taskprof ps localhost:6060 --json | jq '.stacks[0]'",
    ],
  ).argument('<URL|FILE>', 'a debug endpoint, or a file: pprof, OTLP, folded stacks, JSON; - for the standard input');
  addViewOptions(command).option('--json', 'print JSON');
  addAskOptions(addFilterOptions(addWantedOptions(command))).action(async (target: string, flags: PsFlags) => {
    const [{ ps }, { sourceOf }] = await Promise.all([import('./ps.ts'), import('./task-source.ts')]);
    const source = sourceOf(target, filterOf(flags), wantedOf(flags), askOf(flags));
    await ps(source, { view: viewOf(flags), json: flags.json === true });
  });
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
      'taskprof get localhost:6060 -o tasks.pb.gz && go tool pprof -top tasks.pb.gz',
      'taskprof get localhost:6060 -o tasks.otlp.json --seconds 30',
      'taskprof get localhost:6060 --seconds 30 --sample-type wait --format folded | flamegraph.pl > wait.svg',
      'taskprof get localhost:6060 --format tasks | less',
    ],
    `\nEndings of files:\n  ${EXTENSIONS_TEXT};\n  .snapshot.json is json\n`,
  )
    .argument('<URL>', 'a debug endpoint')
    .option('-o, --output <file>', 'where to; - for the standard output (default)')
    .addOption(
      new Option(
        '--format <format>',
        'json is the snapshot, text is grouped by stack, tasks is one after another (default: by the ending of the file; pprof on the standard output)',
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

interface TimelineFlags extends AskFlags, Pick<FilterFlags, 'label' | 'traceId'> {
  readonly output: string;
  readonly format?: TimelineFormat;
  readonly every?: number;
  readonly seconds: number;
}

function addTimeline(program: Command): void {
  const command = subcommand(
    program,
    'timeline',
    'Follows a few tasks of a process and saves what they did: each wait, where, and what ran in between. ' +
      'For https://ui.perfetto.dev or chrome://tracing.',
    [
      'taskprof timeline localhost:6060 -o timeline.json',
      'taskprof timeline localhost:6060 -o timeline.json --every 1 --seconds 2',
      'taskprof timeline localhost:6060 -o acme.json --label tenant=acme',
      'taskprof timeline localhost:6060 -o timeline.otlp.pb',
    ],
    '\nEndings of files:\n  .json is trace; .otlp.json is otlp-json; others as for get\n',
  )
    .argument('<URL>', 'a debug endpoint')
    .option('-o, --output <file>', 'where to; - for the standard output', '-')
    .addOption(
      new Option(
        '--format <format>',
        'trace is JSON for Perfetto; pprof and folded do not say when (default: by the ending of the file; trace on the standard output)',
      ).choices(TIMELINE_FORMATS),
    )
    .addOption(new Option('--seconds <n>', 'for so long').argParser(seconds).default(5))
    .optionsGroup('Which tasks:')
    .option('--every <n>', 'one in so many root tasks (default: 100; 1 with --label or --trace-id)', count)
    .addOption(labelOption())
    .addOption(traceIdOption());
  addAskOptions(command).action(
    async (url: string, { output, format, every, seconds: length, ...flags }: TimelineFlags) => {
      const { timeline } = await import('./timeline.ts');
      const options = {
        output,
        ...(format !== undefined && { format }),
        ...(every !== undefined && { everyNthRoot: every }),
        seconds: length,
        filter: filterOf(flags),
      };
      await timeline(endpointAddress(url), options, askOf(flags));
    },
  );
}

interface WhereFlags extends ViewFlags, AskFlags, JsonFlag {
  readonly trace?: string;
  readonly label?: string[];
  readonly spanName?: string;
  readonly traces?: string;
  readonly seconds?: number;
  readonly folded?: true;
}

function addWhere(program: Command): void {
  const command = subcommand(
    program,
    'where',
    'Prints where the time of requests went: on CPU, waiting by stack, and the rest.',
    [
      'taskprof where localhost:6060 --label http.route=/orders --seconds 30',
      'taskprof where profiles.otlp.json --trace 0af7651916cd43dd8448eb211c80319c',
      "taskprof where profiles.otlp.json --traces traces.json --span-name 'GET /orders/:id'",
      'taskprof where localhost:6060 --label tenant=acme --folded | flamegraph.pl > acme.svg',
    ],
    `
Profiles have the ids of spans, not their names nor how long they took. With --traces their time is that of the spans, and the
rest what is neither in the profile of waits nor on CPU; without, the rest is what samples found ready to run without a core.
What waits in parallel counts as often.
`,
  ).argument('<URL|FILE>', 'a debug endpoint, or a file of periodic profiles (OTLP); - for the standard input');
  command
    .optionsGroup('Whose time:')
    .option('--trace <id>', 'of this trace', traceId)
    .option('--label <name=value>', 'of what carries this label; several must all hold', label)
    .option(
      '--traces <file>',
      "traces in OTLP, protobuf or JSON, also as a Collector's file exporter writes them: their spans and time",
    )
    .option('--span-name <name>', 'of spans of this name and what is inside of them (with --traces)')
    .option('--seconds <n>', 'look at a live process for so many seconds (default: 10)', seconds);
  addViewOptions(command)
    .addOption(new Option('--json', 'print JSON; nanoseconds').conflicts('folded'))
    .option('--folded', 'print folded stacks; nanoseconds');
  addAskOptions(command).action(async (target: string, flags: WhereFlags) => {
    const { trace, label: labels = [], spanName, traces, seconds: length, json, folded } = flags;
    const { where } = await import('./where.ts');
    await where(
      target,
      {
        labels,
        ...(trace !== undefined && { traceId: trace }),
        ...(spanName !== undefined && { spanName }),
        ...(traces !== undefined && { traces }),
        ...(length !== undefined && { seconds: length }),
        view: viewOf(flags),
        output: json ? 'json' : folded ? 'folded' : 'table',
      },
      askOf(flags),
    );
  });
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
      'taskprof convert export.otlp.pb timeline.trace.json',
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
