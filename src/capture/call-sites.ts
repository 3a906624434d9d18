import { withErrorProperty } from './error-property.ts';

/** What V8 gives for one frame; `getPosition` is missing from the public types. */
export type CallSite = NodeJS.CallSite & { getPosition(): number };

/** An object that carries a stack that V8 has captured but not yet formatted. It keeps receivers alive: read it soon. */
export interface RawStack {
  stack?: unknown;
}

/** Captures the stack of the caller of `below` into `holder`, async callers included. 2 to 10 us; formats nothing. */
export function captureRawStack(holder: RawStack, limit: number, below: (...args: never) => unknown): void {
  withErrorProperty('stackTraceLimit', limit, () => {
    Error.captureStackTrace(holder, below);
  });
}

const keepCallSites = (_error: unknown, callSites: readonly CallSite[]): readonly CallSite[] => callSites;

/** Runs `use` such that {@link readCallSites} works in it: the switch is made once for many stacks. */
export function withCallSites<T>(use: () => T): T {
  return withErrorProperty('prepareStackTrace', keepCallSites, use);
}

/** The frames of a raw stack, leaf first; none where the runtime or another tool gave something else. */
export function readCallSites(holder: RawStack): readonly CallSite[] {
  const callSites = holder.stack;
  return Array.isArray(callSites) ? (callSites as readonly CallSite[]) : [];
}
