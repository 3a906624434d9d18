import type { ClickHouseAddress } from '../analyze/clickhouse-http.ts';
import { UsageError } from './failure.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '8123', 'https:': '8443' };

/** The server and the database that a URL means. What is not in it comes from the environment. Throws a {@link UsageError}. */
export function clickHouseAddress(
  { url: text, timeoutMillis }: { readonly url: string; readonly timeoutMillis: number },
  environment: NodeJS.ProcessEnv = process.env,
): { address: ClickHouseAddress; database: string } {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || !(url.protocol in DEFAULT_PORTS)) {
    throw new UsageError(
      `--clickhouse must be a URL of ClickHouse's HTTP interface, http://host:8123 or https://host:8443, got "${shown(text)}"`,
    );
  }
  const path = decoded('database', url.pathname.slice(1).replace(/\/$/, ''));
  const database = path || (url.searchParams.get('database') ?? 'default');
  const user = decoded('user', url.username) || (environment.CLICKHOUSE_USER ?? '');
  const password = decoded('password', url.password) || (environment.CLICKHOUSE_PASSWORD ?? '');
  const address = new URL(`${url.protocol}//${url.hostname}`);
  address.port = url.port === '' && !hasDefaultPort(full) ? DEFAULT_PORTS[url.protocol]! : url.port;
  return { address: { url: address, user, password, timeoutMillis }, database };
}

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (thrown) {
    // Without the text: it may be the password.
    throw new UsageError(`--clickhouse: the ${name} in the URL is not percent-encoded: % itself is %25`, {
      cause: thrown,
    });
  }
}

/** `:80` and `:443`, which a URL forgets. */
function hasDefaultPort(text: string): boolean {
  return /^[a-z]+:\/\/[^/]*:(80|443)(\/|\?|$)/i.test(text);
}

/** Without the password. */
function shown(text: string): string {
  return text.replace(/:[^:@/]*@/, ':...@');
}
