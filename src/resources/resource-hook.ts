import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { takeAll } from '../base/faults.ts';
import { installAsyncHook } from './async-hook.ts';
import type { ResourceOrigin } from './resource-record.ts';
import { HOOKED_TYPES, HTTP_CLIENT_REQUEST } from './resource-type.ts';

/** Of Node's HTTP client, from the constructor of a request. */
const REQUEST_CREATED = 'http.client.request.created';

/** What the hook needs of its engine. */
export interface ResourceObserver {
  /** How many events on the next chosen one is: 1, 2, 3 ... */
  drawGap(): number;
  /** A resource is made and chosen. Its stack is that of the caller of `below`. */
  onChosen(origin: ResourceOrigin, below: (...args: never) => unknown): void;
  /** Something threw at an event before. */
  onFault(thrown: unknown): void;
}

export interface ResourceHook {
  /** The sampling probability changed: the wait for the next chosen event is drawn anew. */
  redraw(): void;
  /** Hands on what was thrown at an event, if anything was. */
  tellFault(): void;
  readonly remove: () => void;
}

/**
 * Chooses events at random. Not chosen costs a decrement: of which type it is comes after that, for most are ticks (and promises,
 * where these are tracked). Nothing that is thrown gets out: Node ends the process for a hook that throws.
 */
export function installResourceHook(observer: ResourceObserver): ResourceHook {
  let eventsToGo = 0;
  let requests = 0;
  let isBusy = false;
  let fault: unknown;

  function init(asyncId: number, type: string, triggerId: number, resource: object): void {
    // Busy: what the profiler makes in here is no resource of the application.
    if (--eventsToGo > 0 || isBusy) return;
    isBusy = true;
    try {
      tellFault();
      const hooked = HOOKED_TYPES.get(type);
      const target = hooked?.lifetime.targetOf(resource);
      if (hooked && target) observer.onChosen({ type: hooked, asyncId, triggerId, target }, init);
      eventsToGo = observer.drawGap();
    } catch (thrown) {
      // Only noted: where a recursion of the application has used up the stack any call would throw again.
      fault = thrown;
    }
    isBusy = false;
  }

  function onRequest(message: unknown): void {
    if (--eventsToGo > 0 || isBusy) return;
    isBusy = true;
    try {
      tellFault();
      const { request } = message as { request: object };
      observer.onChosen({ type: HTTP_CLIENT_REQUEST, asyncId: --requests, triggerId: 0, target: request }, onRequest);
      eventsToGo = observer.drawGap();
    } catch (thrown) {
      fault = thrown;
    }
    isBusy = false;
  }

  function tellFault(): void {
    if (fault === undefined) return;
    const reported = fault;
    fault = undefined;
    observer.onFault(reported);
  }

  function redraw(): void {
    // Inside of an event it is drawn at its end.
    if (!isBusy) eventsToGo = observer.drawGap();
  }

  redraw();
  const removeHook = installAsyncHook(init);
  subscribe(REQUEST_CREATED, onRequest);
  return {
    redraw,
    tellFault,
    remove: () => takeAll('the stop met an error', [removeHook, unsubscribe.bind(null, REQUEST_CREATED, onRequest)]),
  };
}
