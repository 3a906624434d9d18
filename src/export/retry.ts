import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../base/random.ts';
import type { Attempt, AttemptLimit } from './otlp-transport.ts';

/** As OpenTelemetry's own exporters pause: 1 s, 1.5 s, 2.3 s, 3.4 s, 5 s, each a fifth more or less. */
const MAX_RETRIES = 5;
const FIRST_PAUSE_MILLIS = 1_000;
const PAUSE_GROWTH = 1.5;
const MAX_PAUSE_MILLIS = 5_000;
const JITTER = 0.2;

/**
 * Tries until it succeeds, fails for good, was tried again five times, or the next try would come after the limit. Waits
 * before a retry as long as the receiver asked for, else longer each time. `onRetry` is called before each.
 */
export async function withRetries(
  attempt: () => Promise<Attempt>,
  limit: AttemptLimit,
  onRetry: () => void,
  random: Random = Math.random,
): Promise<Attempt> {
  for (let retries = 0; ; retries++) {
    const outcome = await attempt();
    if (outcome.status !== 'retryable' || retries === MAX_RETRIES) return outcome;
    const pauseMillis = outcome.retryInMillis ?? backoffMillis(retries, random);
    if (pauseMillis >= limit.remainingMillis) return outcome;
    if (!(await hasPaused(pauseMillis, limit.signal))) return outcome;
    onRetry();
  }
}

/** False where the pause was cut off. */
async function hasPaused(millis: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(millis, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

function backoffMillis(retries: number, random: Random): number {
  const pause = Math.min(FIRST_PAUSE_MILLIS * PAUSE_GROWTH ** retries, MAX_PAUSE_MILLIS);
  // Processes that lost the same receiver at the same time must not come back together.
  return pause * (1 + JITTER * (2 * random() - 1));
}
