import autocannon, { type Request, type Result } from 'autocannon';

/** Requests of each kind in one round of a connection, and in how many variants. */
const MIX: readonly { readonly weight: number; readonly request: (n: number) => Request }[] = [
  { weight: 5, request: () => ({ method: 'GET', path: '/orders' }) },
  { weight: 3, request: (n) => ({ method: 'GET', path: `/orders/${1 + ((n * 7) % 5000)}` }) },
  { weight: 1, request: (n) => ({ method: 'GET', path: `/search?text=${n % 20}` }) },
  { weight: 1, request: checkoutOf },
];

const ROUND = MIX.flatMap(({ weight, request }) => Array.from({ length: weight }, () => request));

export interface Load {
  /** Ends it and resolves with what it has seen. */
  stop(): Promise<Result>;
}

/** Sends requests to the service over so many connections, on each the next as soon as one is answered, until stopped. */
export function startLoad(url: string, connections: number): Load {
  let clients = 0;
  const instance = autocannon({
    url,
    connections,
    duration: 1e6,
    timeout: 60,
    sampleInt: 200,
    // Each connection begins at another place of the round: otherwise all would ask for the same at the same time.
    setupClient: (client) => client.setRequests(roundFrom(clients++)),
  });
  return {
    async stop() {
      instance.stop();
      return await instance;
    },
  };
}

function roundFrom(client: number): Request[] {
  return ROUND.map((_, n) => ROUND[(n + client) % ROUND.length]?.(n + client) ?? { method: 'GET', path: '/orders' });
}

function checkoutOf(n: number): Request {
  const items = [n, n + 1].map((product) => ({ productId: 1 + (product % 200), quantity: 1 }));
  return {
    method: 'POST',
    path: '/checkout',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: 1 + (n % 1000), tier: n % 3 === 0 ? 'gold' : 'basic', items }),
  };
}

/** One line about a finished load. */
export function resultText({ '2xx': answered, non2xx, errors, latency, duration }: Result): string {
  const rate = Math.round(answered / duration);
  const failed = non2xx + errors;
  return `Load: ${answered} requests answered, ${rate} a second, half of them within ${latency.p50} ms; ${failed} failed`;
}
