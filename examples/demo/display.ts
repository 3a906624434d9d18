import type { DecodedProfiles } from '../receiver/decode.ts';
import type { SpanLookup } from '../receiver/parked-tasks.ts';
import type { Screen } from '../receiver/screen.ts';
import { tableLines } from '../receiver/table.ts';

/** Shows what the receiver gets. */
export interface Display {
  show(request: DecodedProfiles): void;
  /** Shows at once what still waits for its spans. */
  flush(): void;
}

/**
 * A request's spans end, and are exported, later than it: its table waits for them this long. By then the requests that
 * were parked at the end of the interval are answered, but for a few.
 */
const SPAN_DELAY_MILLIS = 1500;

export function createDisplay(screen: Screen, spanOf: SpanLookup): Display {
  const waiting = new Map<DecodedProfiles, NodeJS.Timeout>();
  const draw = (request: DecodedProfiles): void => {
    clearTimeout(waiting.get(request));
    waiting.delete(request);
    const profile = request.profiles.find(({ sampleType }) => sampleType.type === 'tasks');
    if (profile) screen.table(tableLines(profile, { resource: request.resource, spanOf, maxLines: screen.maxLines }));
  };
  return {
    show: (request) =>
      void waiting.set(
        request,
        setTimeout(() => draw(request), SPAN_DELAY_MILLIS),
      ),
    flush: () => [...waiting.keys()].forEach(draw),
  };
}
