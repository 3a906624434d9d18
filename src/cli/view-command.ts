import { type Command, Option } from 'commander';
import { age, port, size } from './option-values.ts';
import { subcommand } from './subcommand.ts';

interface ViewerFlags {
  readonly port: number;
  readonly grpcPort: number;
  readonly grpc: boolean;
  readonly host: string;
  readonly allowHost?: string[];
  readonly data?: string;
  readonly maxAge?: number;
  readonly maxSize: number;
}

/** `taskprof view`. */
export function addView(program: Command): void {
  const command = subcommand(
    program,
    'view',
    'Receives OTLP profiles and traces and shows them on a web page: tasks over time, flame graphs, differences, traces with the tasks ' +
      'that were parked in them. With files it shows those.',
    [
      'taskprof view',
      'taskprof view tasks.pb.gz traces.jsonl profiles.jsonl',
      'taskprof view --data shop.db --max-age 7d --max-size 4G',
      'taskprof view --port 0 --no-grpc',
    ],
  ).argument(
    '[files...]',
    'OTLP of profiles or traces in protobuf or JSON, also as a Collector writes them; pprof; folded stacks',
  );
  command
    .optionsGroup('Where it listens:')
    .addOption(
      new Option('--port <n>', 'of the page and of OTLP over HTTP; 0 for a free one').argParser(port).default(4318),
    )
    .addOption(new Option('--grpc-port <n>', 'of OTLP over gRPC').argParser(port).default(4317))
    .option('--no-grpc', 'no OTLP over gRPC')
    .option('--host <address>', 'who can reach it: everybody with 0.0.0.0', '127.0.0.1')
    .option('--allow-host <name>', 'a further name under which it may be asked; several may be given', collect)
    .optionsGroup('What it keeps:')
    .option('--data <file>', 'in this database, which stays; in memory without it')
    .option('--max-age <age>', 'so long: 30m, 24h, 7d (default: 24h; files are kept)', age)
    .addOption(
      new Option('--max-size <size>', 'so much, then the oldest go').argParser(size).default(512 * 2 ** 20, '512M'),
    )
    .action(async (files: string[], { grpc, grpcPort, allowHost, data, maxAge, maxSize, ...flags }: ViewerFlags) => {
      const { view } = await import('./view.ts');
      await view(files, {
        ...flags,
        grpcPort: grpc && grpcPort,
        ...(allowHost && { allowedHosts: allowHost }),
        ...(data !== undefined && { file: data }),
        maxAgeMillis: maxAge,
        maxBytes: maxSize,
      });
    });
}

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text.toLowerCase()];
}
