import { toError } from '../base/errors.ts';
import { otlpToProfiles } from '../encode/otlp-import.ts';
import type { ProfilesData } from '../profile/model.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { CommandError } from './failure.ts';
import { httpGet, type HttpAnswer } from './http-get.ts';
import { type AnySnapshot, isSnapshotJson, readSnapshotJson } from './snapshot-json.ts';
import { filterParameters, type TaskFilter } from './task-filter.ts';
import { terminalText } from './terminal-text.ts';

export interface AskOptions {
  readonly token: string | undefined;
  readonly timeoutMillis: number;
  /** Gives up earlier. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks the debug endpoint; only an answer of success comes back. Rejects with a {@link CommandError} in one line. */
export async function askEndpoint(
  address: EndpointAddress,
  parameters: readonly (readonly [string, string])[],
  options: AskOptions,
): Promise<HttpAnswer> {
  const answer = await httpGet(address, { ...options, parameters });
  if (answer.status !== 200) throw new CommandError(refusalText(address, answer, options.token));
  return answer;
}

/** What of its tasks is asked for. */
export interface Wanted {
  /** undefined: tasks, or what a file has. */
  readonly sampleType?: string;
  /** The length of an interval, from now on. */
  readonly seconds?: number;
}

/** The tasks that the filter lets through. */
export async function askForSnapshot(
  address: EndpointAddress,
  filter: TaskFilter,
  wanted: Wanted,
  options: AskOptions,
): Promise<AnySnapshot> {
  const parameters = [['format', 'json'] as const, ...wantedParameters(wanted), ...filterParameters(filter)];
  const { body } = await askEndpoint(address, parameters, waitingFor(wanted, options));
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    if (isSnapshotJson(json)) return checked(readSnapshotJson(json), wanted);
  } catch (thrown) {
    throw new CommandError(notEndpointText(address, toError(thrown).message), { cause: thrown });
  }
  throw new CommandError(notEndpointText(address, 'its JSON is no snapshot of tasks'));
}

export function wantedParameters({ seconds, sampleType }: Wanted): [string, string][] {
  const parameters: [string, string][] = [];
  if (seconds !== undefined) parameters.push(['seconds', String(seconds)]);
  if (sampleType !== undefined) parameters.push(['sampleType', sampleType]);
  return parameters;
}

/** The answer comes when the interval is over. */
export function waitingFor({ seconds = 0 }: Wanted, options: AskOptions): AskOptions {
  return { ...options, timeoutMillis: options.timeoutMillis + 1e3 * seconds };
}

function checked(snapshot: AnySnapshot, { seconds, sampleType }: Wanted): AnySnapshot {
  if (seconds !== undefined && !('durationNano' in snapshot)) throw new Error('it answered with a moment');
  if ((sampleType === 'lost') !== 'lost' in snapshot) throw new Error('it answered with other tasks');
  return snapshot;
}

/** The profiles of an interval: of one type where it is asked for, else of all that the process exports. */
export async function askForProfiles(
  address: EndpointAddress,
  filter: TaskFilter,
  wanted: Wanted,
  options: AskOptions,
): Promise<readonly ProfilesData[]> {
  const parameters = [['format', 'otlp'] as const, ...wantedParameters(wanted), ...filterParameters(filter)];
  const { body } = await askEndpoint(address, parameters, waitingFor(wanted, options));
  try {
    return otlpToProfiles(body).messages;
  } catch (thrown) {
    throw new CommandError(notEndpointText(address, toError(thrown).message), { cause: thrown });
  }
}

/** CPU time is that of an interval always: of the endpoint's default where none is given. */
export function withInterval(wanted: Wanted): Wanted {
  return wanted.sampleType === 'cpu' ? { seconds: 10, ...wanted } : wanted;
}

export function notEndpointText({ name }: EndpointAddress, reason: string): string {
  return `${name} is no debug endpoint of otel-taskprof: ${terminalText(reason)}`;
}

/** For where the answer does not say it. */
const HINTS: Readonly<Record<number, string>> = {
  401: 'the token that was given is not its token',
  404: 'no debug endpoint is there; give its whole URL if it is mounted elsewhere',
  429: 'try again later',
};
const TOKEN_HINT = 'give its token by TASKPROF_TOKEN or --token';

function refusalText({ name }: EndpointAddress, { status, contentType, body }: HttpAnswer, token?: string): string {
  const reason = (contentType === 'text/plain' ? firstLine(body) : '') || (HINTS[status] ?? '');
  const parts = [`${name} answered ${status}`, reason, status === 401 && token === undefined ? TOKEN_HINT : ''];
  return parts.filter((part) => part !== '').join(': ');
}

function firstLine(body: Uint8Array): string {
  const [line = ''] = new TextDecoder().decode(body.subarray(0, 400)).trim().split(/\r?\n/, 1);
  return terminalText(line).slice(0, 200);
}
