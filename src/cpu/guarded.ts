import { diag } from '@opentelemetry/api';
import { toError } from '../base/errors.ts';

/** What `part` gives; undefined where it throws, which only `diag` hears of: a fault in this profile is nobody else's. */
export function guarded<T>(part: () => T): T | undefined {
  try {
    return part();
  } catch (thrown) {
    tell(toError(thrown));
    return undefined;
  }
}

function tell(fault: Error): void {
  try {
    diag.error(`otel-taskprof: the on-CPU profile has ended: ${fault.message}`, fault);
  } catch {
    // The application's own logger.
  }
}
