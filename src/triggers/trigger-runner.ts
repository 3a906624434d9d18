import { unawaited } from '../base/faults.ts';
import { InvalidOptionError } from '../base/errors.ts';
import type { TaskProfiler } from '../profiler.ts';
import { Checks, type ChecksOwner } from './checks.ts';
import { Dumper } from './dumper.ts';
import { dumpConfig } from './dump-config.ts';
import type { TriggersConfig } from './trigger-config.ts';
import { type TriggerCounts, createCounts } from './trigger-counts.ts';
import type { TriggerEvent } from './trigger-event.ts';
import { type SendProfiles, TriggerExport } from './trigger-export.ts';
import { type TriggerHost, threadHost } from './trigger-host.ts';
import type { DumpOptions } from './trigger-options.ts';
import { reasonOf } from './trigger-profile.ts';

const FAULT = 'a dump met an error';

/** A dump that is asked for. */
export interface ManualTriggerOptions extends DumpOptions {
  /** Why, for people; in the profile and the event. */
  reason?: string;
}

/** Triggers whose configuration is decided: {@link TaskProfilerTriggers} and the instrumentation are both one. */
export class TriggerRunner {
  readonly #config: TriggersConfig;
  readonly #profiler: TaskProfiler;
  readonly #host: TriggerHost;
  readonly #counts = createCounts();
  readonly #dumper: Dumper;
  #stop: (() => void) | undefined;

  /** @internal */
  constructor(profiler: TaskProfiler, config: TriggersConfig, send: SendProfiles, host: TriggerHost = threadHost) {
    this.#profiler = profiler;
    this.#config = config;
    this.#host = host;
    const exports = new TriggerExport(send, this.#counts);
    this.#dumper = new Dumper(profiler, exports, this.#counts, config.onTrigger);
  }

  /** Since it was made. */
  get counts(): TriggerCounts {
    return { ...this.#counts, held: { ...this.#counts.held } };
  }

  /** Watches from now on, and listens for the signal. Does nothing where it does so already. */
  start(): void {
    if (this.#stop !== undefined) return;
    const dumper = this.#dumper;
    const owner: ChecksOwner = {
      get isBusy() {
        return dumper.isBusy;
      },
      onFire: ({ quantity, dump }, sighting) =>
        unawaited(FAULT, dumper.dump({ trigger: quantity, reason: reasonOf(quantity, sighting), sighting }, dump)),
      onCalm: () => unawaited(FAULT, dumper.takeBaseline(this.#config.dump)),
    };
    const checks = new Checks(this.#config, this.#profiler, this.#host, owner, this.#counts);
    const unlisten = this.#listen();
    this.#stop = () => {
      checks.stop();
      unlisten();
      dumper.forgetBaseline();
    };
  }

  /** Nothing fires any more, but for `trigger()`. May start again: then everything begins anew. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /**
   * A dump now, whatever the state of other triggers is and whether they run; only one is taken at a time. Resolves when its
   * snapshot is there and `onTrigger` was called; with undefined where the profiler does not run, or more than eight wait.
   *
   * @throws InvalidOptionError
   */
  trigger({ reason = 'asked for', ...options }: ManualTriggerOptions = {}): Promise<TriggerEvent | undefined> {
    if (typeof (reason as unknown) !== 'string') throw new InvalidOptionError('reason', 'a string', reason);
    const dump = dumpConfig('trigger', options, this.#config.dump);
    return this.#dumper.dump({ trigger: 'manual', reason }, dump);
  }

  /** Resolves when what has fired is taken and exported, or given up; never rejects. */
  forceFlush(): Promise<void> {
    return this.#dumper.flush();
  }

  #listen(): () => void {
    const { signal } = this.#config;
    if (signal === undefined) return () => undefined;
    return this.#host.onSignal(signal.name, () => {
      // A storm of them wants one.
      if (this.#dumper.isBusy) this.#counts.held.busy++;
      else unawaited(FAULT, this.#dumper.dump({ trigger: 'signal', reason: signal.name }, signal.dump));
    });
  }
}
