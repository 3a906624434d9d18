import { isRepeating } from './lifetime.ts';

/**
 * What a resource does. `pending`: ends by itself, with a callback. `repeating`: an interval. `idle`: a kept connection between two
 * HTTP requests. `open`: there until somebody closes it. `listening`: a server.
 */
export type ResourceState = 'pending' | 'repeating' | 'idle' | 'open' | 'listening';

export const RESOURCE_STATES: readonly ResourceState[] = ['pending', 'repeating', 'idle', 'open', 'listening'];

/** What Node's HTTP leaves on a socket: both ends hang their message on it while one is under way. */
interface Socket {
  readonly connecting?: boolean;
  readonly _httpMessage?: object | null;
  readonly parser?: object | null;
}

export function timerState(timer: object): ResourceState {
  return isRepeating(timer) ? 'repeating' : 'pending';
}

/** A socket that is connecting, or has an HTTP message under way, is waited for. Under TLS its owner is not known: `open`. */
export function socketState(handle: object): ResourceState {
  const owner = ownerOf(handle);
  if (owner === undefined) return 'open';
  if (owner.connecting === true || (owner._httpMessage ?? null) !== null) return 'pending';
  const speaksHttp = '_httpMessage' in owner || (owner.parser ?? null) !== null;
  return speaksHttp ? 'idle' : 'open';
}

/** Whether it keeps the process running. */
export function isReferenced(target: object): boolean {
  const { hasRef } = target as { hasRef?: () => boolean };
  return typeof hasRef !== 'function' || hasRef.call(target);
}

function ownerOf(handle: object): Socket | undefined {
  const symbol = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol');
  const owner: unknown = symbol && (handle as Record<symbol, unknown>)[symbol];
  return typeof owner === 'object' && owner !== null ? owner : undefined;
}
