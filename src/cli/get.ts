import {
  askEndpoint,
  type AskOptions,
  notEndpointText,
  type Wanted,
  waitingFor,
  wantedParameters,
  withInterval,
} from './ask-endpoint.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { CommandError, UsageError } from './failure.ts';
import { formatOfName } from './format-names.ts';
import { GET_FORMATS, type GetFormat } from './get-formats.ts';
import type { HttpAnswer } from './http-get.ts';
import { filterParameters, type TaskFilter } from './task-filter.ts';
import { writeOutput } from './write-output.ts';

export interface GetOptions extends Wanted {
  readonly output?: string;
  readonly format?: GetFormat;
  readonly filter: TaskFilter;
}

/** `taskprof get URL`. */
export async function get(address: EndpointAddress, options: GetOptions, ask: AskOptions): Promise<void> {
  const format = formatOf(options);
  const output = options.output ?? '-';
  if (output === '-' && BINARY.has(format) && process.stdout.isTTY) {
    throw new UsageError(`${format} is no text for a terminal; give a file with -o, or "-o -" with a redirection`);
  }
  const wanted = withInterval(options);
  const parameters = [...FORMAT_PARAMETERS[format], ...wantedParameters(wanted), ...filterParameters(options.filter)];
  const answer = await askEndpoint(address, parameters, waitingFor(wanted, ask));
  checkAnswer(address, answer);
  await writeOutput(output, answer.body);
}

const BINARY: ReadonlySet<GetFormat> = new Set<GetFormat>(['pprof', 'otlp']);

const FORMAT_PARAMETERS: Readonly<Record<GetFormat, readonly (readonly [string, string])[]>> = {
  pprof: [['format', 'pprof']],
  otlp: [['format', 'otlp']],
  'otlp-json': [['format', 'otlp-json']],
  json: [['format', 'json']],
  folded: [['format', 'folded']],
  text: [['debug', '1']],
  tasks: [['debug', '2']],
};

function formatOf({ format, output }: GetOptions): GetFormat {
  if (format !== undefined) return format;
  return output === undefined || output === '-' ? 'pprof' : formatOfName(output, GET_FORMATS, '--format');
}

/** A web page is saved easily, and recognised late. */
export function checkAnswer(address: EndpointAddress, { contentType, body }: HttpAnswer): void {
  if (contentType === 'text/html') throw new CommandError(notEndpointText(address, 'it answered with a web page'));
  if (body.length === 0) throw new CommandError(notEndpointText(address, 'its answer is empty'));
}
