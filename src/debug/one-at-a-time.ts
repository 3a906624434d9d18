import { nowMillis } from '../base/clock.ts';
import { RequestError } from './request-error.ts';

/** Lets one at a time do its work; what it costs is then bounded by what one request may cost. */
export class OneAtATime {
  #freeAt: number | undefined;

  /**
   * Does `work`, which is thought to take so many seconds at least.
   *
   * @throws RequestError a 429 while another is at it. Not a 503, which would look to load balancers and alerts as if the
   * application could not serve: it is the client that asks for too much.
   */
  async run<T>(seconds: number, work: () => Promise<T>): Promise<T> {
    if (this.#freeAt !== undefined) throw busy(this.#freeAt - nowMillis());
    this.#freeAt = nowMillis() + seconds * 1_000;
    try {
      return await work();
    } finally {
      this.#freeAt = undefined;
    }
  }
}

function busy(leftMillis: number): RequestError {
  const seconds = Math.max(1, Math.ceil(leftMillis / 1_000));
  return new RequestError(429, `another request is being answered, one at a time; try again in ${seconds} s`, {
    'Retry-After': String(seconds),
  });
}
