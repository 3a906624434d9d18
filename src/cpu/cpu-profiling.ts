import { toError } from '../base/errors.ts';
import { takeAll } from '../base/faults.ts';
import { CpuEngine, type CpuEngineOptions } from './cpu-engine.ts';
import type { CpuInterval } from './cpu-interval.ts';

/** The on-CPU profile of this thread, which is sampled only while somebody asks for it. */
export class CpuProfiling {
  readonly #options: CpuEngineOptions;
  #engine: CpuEngine | undefined;

  constructor(options: CpuEngineOptions) {
    this.#options = options;
  }

  /** Begins now; the first one starts the sampling. @throws Error that says why there is none */
  openInterval(): CpuInterval {
    try {
      if (this.#engine?.running !== true) this.#engine = new CpuEngine(this.#options);
      return this.#engine.openInterval();
    } catch (thrown) {
      throw new Error(reasonOf(toError(thrown)), { cause: thrown });
    }
  }

  /** Ends the sampling; open intervals keep what they have. */
  stop(): void {
    const engine = this.#engine;
    this.#engine = undefined;
    if (engine) takeAll('the end of the on-CPU profile met an error', [engine.stop.bind(engine)]);
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'MODULE_NOT_FOUND')
    return 'the on-CPU profile needs the package @datadog/pprof (npm install @datadog/pprof)';
  const [firstLine] = message.split('\n');
  return `there is no on-CPU profile: ${firstLine}`;
}
