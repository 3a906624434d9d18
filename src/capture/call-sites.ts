import { withErrorProperty } from './error-property.ts';

/** What V8 gives for one frame; `getPosition` is missing from the public types. */
export type CallSite = NodeJS.CallSite & { getPosition(): number };

/** An object that carries a stack that V8 has captured but not yet formatted. It keeps receivers alive: read it soon. */
export interface RawStack {
  stack?: unknown;
}

// Hardened applications take it away once they have started. It makes no use of `this`.
// eslint-disable-next-line @typescript-eslint/unbound-method
const { captureStackTrace } = Error;

/**
 * Captures the stack of the caller of `below` into `holder`, async callers included, and tells how many frames it can have:
 * `limit`, or what the application has locked. 5 to 30 us; formats nothing.
 */
export function captureRawStack(holder: RawStack, limit: number, below: (...args: never) => unknown): number {
  const capture = (): void => captureStackTrace(holder, below);
  return withErrorProperty(
    'stackTraceLimit',
    limit,
    () => (capture(), limit),
    () => (capture(), lockedLimit()),
  );
}

function lockedLimit(): number {
  const limit: unknown = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.value;
  if (typeof limit === 'number' && limit >= 1) return limit;
  throw new Error('Error.stackTraceLimit is locked without a limit: there are no stacks');
}

const keepCallSites = (_error: unknown, callSites: readonly CallSite[]): readonly CallSite[] => callSites;

/**
 * Runs `use` such that {@link readCallSites} works in it: the switch is made once for many stacks.
 *
 * @throws Error where the application has locked what is switched: its own function would be called with our stacks.
 */
export function withCallSites<T>(use: () => T): T {
  return withErrorProperty('prepareStackTrace', keepCallSites, use, () => {
    throw new Error('Error.prepareStackTrace is locked: stacks cannot be read');
  });
}

/** The frames of a raw stack, leaf first; none where the runtime or another tool gave something else. */
export function readCallSites(holder: RawStack): readonly CallSite[] {
  const callSites = holder.stack;
  return Array.isArray(callSites) ? (callSites as readonly CallSite[]) : [];
}
