import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../base/errors.ts';
import type { CpuInterval } from '../cpu/cpu-interval.ts';
import type { StackView } from '../frames/stack-view.ts';
import { buildCpuProfile } from '../profile/build-cpu.ts';
import type { Profile } from '../profile/model.ts';
import type { TaskProfiler } from '../profiler.ts';
import { type CpuSnapshot, endCpuInterval, filterCpu } from '../snapshot/cpu-snapshot.ts';
import { sampleRequest } from '../snapshot/snapshot-options.ts';
import { framesMatching } from './pattern.ts';
import type { DebugQuery } from './query.ts';
import { RequestError } from './request-error.ts';

/** Whether a request asks for the on-CPU profile, or takes all that are exported as well. */
export function wantsCpu({ sampleType, seconds, answer }: DebugQuery, { profilesCpu }: TaskProfiler): boolean {
  if (sampleType !== undefined) return sampleType === 'cpu';
  return profilesCpu && seconds !== undefined && (answer === 'otlp' || answer === 'otlp-json');
}

/**
 * The on-CPU profile of the interval that a request asks for.
 *
 * @throws RequestError a 503 where the profiler does not run, a 501 where it can have no such profile
 * @throws Error the reason of `signal` where that is aborted
 */
export async function collectCpu(profiler: TaskProfiler, query: DebugQuery, signal: AbortSignal): Promise<Profile> {
  // No application code is on the stack of a turn of its own.
  await nextTurn();
  const { view } = profiler;
  const interval = openCpuInterval(profiler);
  try {
    await sleep((query.seconds ?? 0) * 1_000, undefined, { signal, ref: false });
  } catch (aborted) {
    interval.close();
    throw aborted;
  }
  await view.prepare(interval.frames);
  return buildCpuProfile(await filtered(endCpuInterval(interval, view), query, view));
}

function openCpuInterval(profiler: TaskProfiler): CpuInterval {
  if (!profiler.running) throw new RequestError(503, 'the profiler does not run');
  try {
    return profiler.openCpuInterval();
  } catch (thrown) {
    throw new RequestError(501, toError(thrown).message);
  }
}

async function filtered(
  snapshot: CpuSnapshot,
  { filters, matching }: DebugQuery,
  view: StackView,
): Promise<CpuSnapshot> {
  const { wanted } = sampleRequest(filters, Infinity, view);
  const some = wanted ? filterCpu(snapshot, (sample) => wanted.acceptsSample(sample)) : snapshot;
  if (matching === undefined) return some;
  const frames = await framesMatching(new Set(some.samples.flatMap(({ stack }) => stack)), matching);
  return filterCpu(some, ({ stack }) => stack.some((frame) => frames.has(frame)));
}
