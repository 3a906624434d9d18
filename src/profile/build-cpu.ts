import type { CpuSample, CpuSnapshot } from '../snapshot/cpu-snapshot.ts';
import { ProfileAttribute, rounded, toAttributes } from './build.ts';
import type { Profile, ProfileSample } from './model.ts';

const CPU = { type: 'cpu', unit: 'nanoseconds' } as const;

/** Names of attributes of the profile. */
export const CpuAttribute = {
  /** Nanoseconds of all samples. */
  totalCpu: 'taskprof.cpu',
  /** Nanoseconds that the thread had a core. */
  threadCpu: 'taskprof.cpu.thread',
  /** Nanoseconds by the clock in which it had something to run. */
  running: 'taskprof.cpu.running',
  /** Samples that found something running. */
  hits: 'taskprof.cpu.hits',
} as const;

/** The `cpu`/`nanoseconds` profile of an interval. */
export function buildCpuProfile(snapshot: CpuSnapshot): Profile {
  const {
    samples,
    startTimeUnixNano,
    durationNano,
    samplingFrequencyHz,
    totalCpuNanos,
    threadCpuNanos,
    runningNanos,
    hits,
  } = snapshot;
  return Object.freeze({
    sampleType: CPU,
    periodType: CPU,
    period: Math.round(1e9 / samplingFrequencyHz),
    timeUnixNano: startTimeUnixNano,
    durationNano,
    attributes: {
      [ProfileAttribute.view]: 'sum',
      [CpuAttribute.totalCpu]: Math.round(totalCpuNanos),
      [CpuAttribute.threadCpu]: Math.round(threadCpuNanos),
      [CpuAttribute.running]: Math.round(runningNanos),
      [CpuAttribute.hits]: hits,
      [ProfileAttribute.sampleStandardError]: samples.map(({ standardError }) => rounded(Math.round(standardError))),
    },
    samples: Object.freeze(samples.map(toProfileSample)),
  });
}

function toProfileSample({ stack, labels, span, cpuNanos }: CpuSample): ProfileSample {
  const sample = { stack, attributes: toAttributes(labels), value: Math.round(cpuNanos) };
  return span === undefined ? sample : { ...sample, link: span };
}
