/** What the service waits for: a connection from the pool, a query on it, or both at once (`pool.query`). */
export type WaitKind = 'connect' | 'query' | 'pool.query';

/** What one await site has seen since the process started. */
export interface WaiterCount {
  readonly route: string;
  readonly kind: WaitKind;
  /** Waiting at this moment. */
  readonly waiting: number;
  /** Integral of `waiting` over time, in seconds: its growth over a stretch, divided by the stretch, is the mean. */
  readonly waitSeconds: number;
}

/** All await sites at one moment. */
export interface WaitersReport {
  readonly timeUnixMillis: number;
  readonly sites: readonly WaiterCount[];
}

/** Counts who waits at one await of one route, exactly: call `enter` right before the await, `leave` right after it. */
export class WaitSite {
  readonly route: string;
  readonly kind: WaitKind;
  readonly #now: () => number;
  #waiting = 0;
  #waitMillis = 0;
  #changedMillis = 0;

  constructor(route: string, kind: WaitKind, now: () => number) {
    this.route = route;
    this.kind = kind;
    this.#now = now;
  }

  enter(): void {
    this.#advance();
    this.#waiting += 1;
  }

  leave(): void {
    this.#advance();
    this.#waiting -= 1;
  }

  count(): WaiterCount {
    this.#advance();
    return { route: this.route, kind: this.kind, waiting: this.#waiting, waitSeconds: this.#waitMillis / 1000 };
  }

  #advance(): void {
    const now = this.#now();
    this.#waitMillis += this.#waiting * (now - this.#changedMillis);
    this.#changedMillis = now;
  }
}

/** The service's own exact count of its waiters, which the profile is compared with. */
export class Waiters {
  readonly #now: () => number;
  readonly #sites: WaitSite[] = [];

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  at(route: string, kind: WaitKind): WaitSite {
    const site = new WaitSite(route, kind, this.#now);
    this.#sites.push(site);
    return site;
  }

  report(): WaitersReport {
    return { timeUnixMillis: performance.timeOrigin + this.#now(), sites: this.#sites.map((site) => site.count()) };
  }
}
