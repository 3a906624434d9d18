import { clearTimeout, setTimeout } from 'node:timers';

/**
 * How it is known whether a resource has ended, exactly and at any time, without being told. `destroy` of `async_hooks` tells, but
 * costs a process ten times as much for every promise where another hook tracks those, and something for every `AsyncResource`.
 */
export interface Lifetime {
  /** What to ask later; undefined where the resource is none of Node's: anybody may use Node's names for an `AsyncResource`. */
  readonly targetOf: (resource: object) => object | undefined;
  /** Whether the resource that was told of under this number has not ended yet. */
  readonly isLive: (target: object, asyncId: number) => boolean;
}

/** What Node's timers show; the names with an underscore have been there since its first versions. */
export interface Timer {
  readonly _destroyed?: boolean;
  readonly _repeat?: number | null;
  readonly _idleNext?: object | null;
}

/** An object of Node's that a native one stands behind. */
interface Handle {
  /** -1 from the moment on that the native one is gone, and another number when it was given to another user. */
  getAsyncId(): number;
}

/** Where a timer keeps its number: one that is started anew after its end is another resource in the same object. */
const TIMER_ID = timerIdSymbol();

export const handleLifetime: Lifetime = {
  targetOf(resource) {
    if (isHandle(resource)) return resource;
    // A connection that is used for another request is told of in an object of its own.
    const { handle } = resource as { handle?: object };
    return handle !== undefined && isHandle(handle) ? handle : undefined;
  },
  isLive: (handle, asyncId) => (handle as Handle).getAsyncId() === asyncId,
};

/** Synchronous jobs have no callback, and are over when they are told of. */
export const cryptoLifetime: Lifetime = {
  targetOf: handleLifetime.targetOf,
  isLive: (job, asyncId) => 'ondone' in job && handleLifetime.isLive(job, asyncId),
};

export const timerLifetime: Lifetime = {
  targetOf: (timer) => ('_idleNext' in timer ? timer : undefined),
  isLive(timer, asyncId) {
    const { _destroyed, _idleNext } = timer as Timer;
    if (_destroyed === true) return false;
    // While its callback runs a timer is in no list any more, but not yet destroyed: it is not waited for.
    if (_idleNext === null && !isRepeating(timer)) return false;
    return TIMER_ID === undefined || (timer as Record<symbol, unknown>)[TIMER_ID] === asyncId;
  },
};

export const immediateLifetime: Lifetime = {
  targetOf: timerLifetime.targetOf,
  isLive: (immediate) => (immediate as Timer)._destroyed !== true,
};

/** Of a `ClientRequest`: destroyed is also one whose response has ended. */
export const requestLifetime: Lifetime = {
  targetOf: (request) => request,
  isLive: (request) => (request as { destroyed?: boolean }).destroyed !== true,
};

export function isRepeating(timer: Timer): boolean {
  return (timer._repeat ?? null) !== null;
}

function isHandle(resource: object): boolean {
  return typeof (resource as Partial<Handle>).getAsyncId === 'function';
}

function timerIdSymbol(): symbol | undefined {
  const timer = setTimeout(() => undefined, 1);
  clearTimeout(timer);
  return Object.getOwnPropertySymbols(timer).find(({ description }) => description === 'asyncId');
}
