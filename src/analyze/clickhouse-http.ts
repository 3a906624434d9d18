import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { toError } from '../base/errors.ts';
import { AnalyzeError } from './analyze-error.ts';
import type { Parameter, Parameters, Row } from './fleet-database.ts';

export interface ClickHouseAddress {
  /** `http://host:8123/` or `https://host:8443/`, without user, password and parameters. */
  readonly url: URL;
  readonly user: string;
  readonly password: string;
  /** For each question, in milliseconds. */
  readonly timeoutMillis: number;
}

/** Asks by ClickHouse's HTTP interface; rows come as they arrive. Throws an {@link AnalyzeError} in one line. */
export async function* clickHouseRows(
  address: ClickHouseAddress,
  sql: string,
  parameters: Parameters,
): AsyncIterable<Row> {
  const timeout = AbortSignal.timeout(address.timeoutMillis);
  try {
    const response = await send(address, `${sql}\nFORMAT JSONEachRow`, parameters, timeout);
    const body = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
    // A pipe hands on data, not errors.
    if (body !== response) response.on('error', (error) => body.destroy(error));
    try {
      if (response.statusCode !== 200)
        throw new AnalyzeError(refusalText(address, response.statusCode, await text(body)));
      for await (const line of createInterface({ input: body, crlfDelay: Infinity }))
        if (line !== '') yield parseRow(line);
    } finally {
      // Rows that nobody takes would keep the process.
      body.destroy();
      response.destroy();
    }
  } catch (thrown) {
    if (thrown instanceof AnalyzeError) throw thrown;
    throw new AnalyzeError(problemText(thrown, address, timeout.aborted), { cause: thrown });
  }
}

function send(
  { url, user, password }: ClickHouseAddress,
  sql: string,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const whole = new URL(url);
  whole.searchParams.set('enable_http_compression', '1');
  for (const [name, parameter] of Object.entries(parameters)) {
    whole.searchParams.set(`param_${name}`, parameterText(parameter));
  }
  const request = whole.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(whole, {
      method: 'POST',
      agent: false,
      signal,
      headers: {
        'accept-encoding': 'gzip',
        'content-type': 'text/plain; charset=utf-8',
        ...(user !== '' && { 'x-clickhouse-user': user, 'x-clickhouse-key': password }),
      },
    });
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.end(sql);
  });
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' };

/** As a field of ClickHouse's format TabSeparated, which its parameters are in. */
function parameterText({ type, value }: Parameter): string {
  if (type === 'ids') return `[${value.join()}]`;
  return type === 'integer' ? String(value) : value.replace(/[\\\t\n\r\0]/g, (character) => ESCAPES[character]!);
}

/** What goes wrong when rows are on their way already stands among them. */
function parseRow(line: string): Row {
  try {
    const row = JSON.parse(line) as Row;
    if (typeof row.exception !== 'string') return row;
    throw new AnalyzeError(`ClickHouse: ${exceptionText(row.exception)}`);
  } catch (thrown) {
    if (thrown instanceof AnalyzeError) throw thrown;
    throw new AnalyzeError(`ClickHouse: ${exceptionText(line)}`, { cause: thrown });
  }
}

function refusalText({ url }: ClickHouseAddress, status: number | undefined, body: string): string {
  const text = exceptionText(body);
  return `ClickHouse at ${url.host} answered with status ${status ?? '?'}${text === '' ? '' : `: ${text}`}`;
}

/** `Code: 60. DB::Exception: Unknown table ... (UNKNOWN_TABLE) (version ...)` without what is not about the question. */
function exceptionText(text: string): string {
  const [line = ''] = text.trim().split('\n', 1);
  return line
    .replace(/^Code: \d+\. DB::Exception: /, '')
    .replace(/ \(version [^)]*\)+\s*$/, '')
    .slice(0, 1_000);
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  ECONNRESET: 'the connection was closed without a whole answer',
};

function problemText(thrown: unknown, { url, timeoutMillis }: ClickHouseAddress, isTimeout: boolean): string {
  if (isTimeout) return `ClickHouse at ${url.host} did not answer within ${timeoutMillis / 1e3} s`;
  const { code = '', message } = toError(thrown) as NodeJS.ErrnoException;
  if (code.startsWith('HPE_'))
    return `what answers at ${url.host} does not speak HTTP: ClickHouse's HTTP port is 8123, with TLS 8443`;
  return `cannot reach ClickHouse at ${url.host}: ${PROBLEMS[code] ?? message}`;
}
