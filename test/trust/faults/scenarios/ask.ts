import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener, type RequestOptions } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Whoever asks waits for ever. */
export class Unanswered extends Error {}

/** The answer; rejects where there is none. @throws Unanswered */
export async function answerTo(options: RequestOptions): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  try {
    const request = get({ ...options, agent: false, signal });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return await text(response);
  } catch (error) {
    throw signal.aborted ? new Unanswered(`no answer to ${options.path}`) : error;
  }
}

/** Asks, and tells where the answer is that fault, or there is none. @throws Unanswered */
export async function attempt(question: () => unknown, onRefused: () => void): Promise<void> {
  try {
    const answer = await question();
    if (typeof answer === 'string' && answer.includes('forced fault')) onRefused();
  } catch (error) {
    if (error instanceof Unanswered) throw error;
    onRefused();
  }
}

/** The port at which `handler` answers, and what ends that. */
export async function serve(handler: RequestListener): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** And has everybody told who waits for that. */
export async function collectGarbage(): Promise<void> {
  await turn();
  globalThis.gc!();
  for (let i = 0; i < 3; i++) await turn();
}
