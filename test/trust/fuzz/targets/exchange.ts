import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';

const SILENCE_MILLIS = 50;
const HEAD_END = '\r\n\r\n';

/**
 * Sends bytes as they are. Gives what comes back, up to the head of an answer at least; '' where the connection is closed. It is ended only
 * when nothing comes for a while: to whoever has ended theirs Node sends no answer that is not there yet.
 */
export function exchange(port: number, bytes: Uint8Array, isEnough = hasHead): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes));
    socket.setTimeout(SILENCE_MILLIS, () => socket.end());
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      // A port that waits for the last packets could not be used again for a minute.
      if (isEnough(answer)) socket.resetAndDestroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

function hasHead(answer: string): boolean {
  return answer.includes(HEAD_END);
}

/** A server that answers whatever it is asked with the bytes that it was given: at once, or a piece for each packet that comes. */
export class Liar {
  answer: readonly Uint8Array[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      const pieces = [...this.answer];
      const sendNext = (): void => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(piece);
        if (pieces.length === 0 && !socket.writableEnded) socket.end();
      };
      socket.on('data', sendNext);
      // Whoever can make nothing of the first piece says nothing more.
      socket.setTimeout(SILENCE_MILLIS, () => socket.destroy());
    });
  }

  static async listen(): Promise<Liar> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Liar(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}
