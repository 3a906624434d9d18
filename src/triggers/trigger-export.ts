import { tellFault, unawaited } from '../base/faults.ts';
import { toError } from '../base/errors.ts';
import { runAsOwn } from '../base/own-context.ts';
import type { ExportOutcome } from '../export/exporter.ts';
import { TimeLimitError } from '../export/time-limit.ts';
import type { Profile } from '../profile/model.ts';
import type { GrowingCounts } from './trigger-counts.ts';

/** Delivers profiles; undefined where there is nowhere to. */
export type SendProfiles = (profiles: readonly Profile[]) => Promise<ExportOutcome | undefined>;

/** A receiver that hangs must not hold the profiles of every dump that follows. */
const MAX_UNDER_WAY = 4;

const FAULT = 'the export of a dump met an error';

/** Exports of dumps, beside the periodic ones. What fails is counted; a receiver that fails is its exporter's to tell of. */
export class TriggerExport {
  readonly #send: SendProfiles;
  readonly #counts: GrowingCounts;
  readonly #underWay = new Set<Promise<void>>();

  constructor(send: SendProfiles, counts: GrowingCounts) {
    this.#send = send;
    this.#counts = counts;
  }

  /** `build` makes the profiles, in the same turn. */
  begin(build: () => readonly Profile[]): void {
    if (this.#underWay.size >= MAX_UNDER_WAY) {
      this.#counts.droppedExports++;
      return;
    }
    const run = runAsOwn(() => this.#run(build));
    this.#underWay.add(run);
    unawaited(
      FAULT,
      run.finally(() => this.#underWay.delete(run)),
    );
  }

  /** Resolves when those that are under way have ended. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #run(build: () => readonly Profile[]): Promise<void> {
    const outcome = await this.#outcomeOf(build);
    if (outcome === undefined) return;
    this.#counts.exports++;
    if (outcome.status === 'failure') this.#counts.failedExports++;
  }

  async #outcomeOf(build: () => readonly Profile[]): Promise<ExportOutcome | undefined> {
    try {
      const profiles = build();
      return profiles.length === 0 ? undefined : await this.#send(profiles);
    } catch (thrown) {
      // That somebody else is slow is no fault.
      if (!(thrown instanceof TimeLimitError)) tellFault(FAULT, thrown);
      return { status: 'failure', error: toError(thrown) };
    }
  }
}
