import { toError } from '../base/errors.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { CommandError } from './failure.ts';
import { httpGet, type HttpAnswer } from './http-get.ts';
import { isSnapshotJson, readSnapshotJson } from './snapshot-json.ts';
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

/** The tasks that the filter lets through. */
export async function askForSnapshot(
  address: EndpointAddress,
  filter: TaskFilter,
  options: AskOptions,
): Promise<TaskSnapshot> {
  const { body } = await askEndpoint(address, [['format', 'json'], ...filterParameters(filter)], options);
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    if (isSnapshotJson(json)) return readSnapshotJson(json);
  } catch (thrown) {
    throw new CommandError(notEndpointText(address, toError(thrown).message), { cause: thrown });
  }
  throw new CommandError(notEndpointText(address, 'its JSON is no snapshot of tasks'));
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
