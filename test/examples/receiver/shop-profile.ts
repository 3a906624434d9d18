import type { DecodedProfile, DecodedSample } from '../../../examples/receiver/decode.ts';
import type { StackFrame } from '../../../src/base/types.ts';
import type { AttributeValue } from '../../../src/profile/model.ts';

/** A sample and what the profile's attributes say of it. */
export interface ShopSample {
  readonly stack: readonly StackFrame[];
  readonly awaitIndex: number;
  readonly tasks: number;
  readonly standardError?: number;
  readonly oldestWaitMillis?: number;
  /** The span that it links to. */
  readonly spanId?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** `at('BoundPool.connect', '/app/node_modules/pg-pool/index.js', 45)` */
export function at(functionName: string, file: string, line: number): StackFrame {
  return { functionName, file, line, column: 1 };
}

/** A profile as it is received: the mean over five seconds. */
export function shopProfile(
  samples: readonly ShopSample[],
  attributes: Record<string, AttributeValue> = {},
): DecodedProfile {
  return {
    sampleType: { type: 'tasks', unit: 'count' },
    periodType: { type: 'tasks', unit: 'count' },
    period: 1,
    timeUnixNano: 1_790_000_000_000_000_000n,
    durationNano: 5_000_000_000n,
    attributes: {
      'taskprof.view': 'mean',
      'taskprof.sample.tasks': samples.map(({ tasks }) => tasks),
      'taskprof.sample.standard_error': samples.map(({ standardError = 0 }) => standardError),
      'taskprof.sample.oldest_wait': samples.map(({ oldestWaitMillis = 0 }) => oldestWaitMillis * 1e6),
      'taskprof.sample.await_index': samples.map(({ awaitIndex }) => awaitIndex),
      ...attributes,
    },
    samples: samples.map(received),
  };
}

function received({ stack, tasks, spanId, attributes = {} }: ShopSample): DecodedSample {
  return {
    stack,
    attributes,
    ...(spanId !== undefined && { link: { traceId: 'trace', spanId } }),
    values: [Math.round(tasks)],
    timestampsUnixNano: [],
  };
}
