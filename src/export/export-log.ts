import { diag } from '@opentelemetry/api';
import { type ExportCounts, NO_EXPORTS, withLoss, withReason } from './export-counts.ts';
import type { ExportOutcome } from './exporter.ts';
import { type ExportFailure, toFailure } from './failure.ts';

const QUIET_MILLIS = 600_000;
const MAX_KINDS = 20;

/**
 * Counts outcomes and tells of them through `diag` without a line for each: the first that arrived, and a kind of trouble when it
 * comes up, and again after ten minutes if it lasts; its end is told as well.
 */
export class ExportLog {
  readonly #destination: string;
  readonly #now: () => number;
  readonly #toldMillis = new Map<string, number>();
  #counts: ExportCounts = NO_EXPORTS;
  #inTrouble = false;

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(destination: string, now: () => number = () => performance.now()) {
    this.#destination = destination;
    this.#now = now;
  }

  get counts(): ExportCounts {
    return this.#counts;
  }

  sent(): void {
    this.#count({ sent: this.#counts.sent + 1 });
    const { sent, failed, dropped } = this.#counts;
    if (!this.#inTrouble) {
      if (sent === 1) diag.info(`otel-taskprof: profiles arrive at ${this.#destination}`);
      return;
    }
    this.#inTrouble = false;
    diag.info(
      `otel-taskprof: profiles arrive at ${this.#destination} again; so far ${failed} exports failed, ${dropped} were dropped`,
    );
  }

  retried(): void {
    this.#count({ retried: this.#counts.retried + 1 });
  }

  failed(failure: ExportFailure): void {
    this.#count({ failed: this.#counts.failed + 1 });
    this.#lost(failure, `profiles did not arrive at ${this.#destination}: ${failure.message}`);
  }

  dropped(failure: ExportFailure): void {
    this.#count({ dropped: this.#counts.dropped + 1 });
    this.#lost(failure, `profiles for ${this.#destination} were dropped: ${failure.message}`);
  }

  /** Counts an outcome that the exporter itself has told of. */
  ended(outcome: ExportOutcome): void {
    if (outcome.status === 'success') this.sent();
    else this.#counts = withLoss(this.#counts, toFailure(outcome.error).kind);
  }

  partiallyAccepted(rejectedProfiles: number, message: string): void {
    this.#count({ rejectedProfiles: this.#counts.rejectedProfiles + rejectedProfiles });
    this.#tell(`partial ${message}`, () => {
      diag.warn(
        `otel-taskprof: ${this.#destination} accepted an export but rejected ${rejectedProfiles} of its profiles: ${message}`,
      );
    });
  }

  unreadableAnswer(): void {
    this.#tell('answer', () => {
      diag.warn(
        `otel-taskprof: ${this.#destination} accepted an export, but its answer is not that of an OTLP receiver`,
      );
    });
  }

  #count(changes: Partial<ExportCounts>): void {
    this.#counts = { ...this.#counts, ...changes };
  }

  #lost({ kind }: ExportFailure, line: string): void {
    this.#count({ lostByReason: withReason(this.#counts.lostByReason, kind) });
    this.#tell(kind, () => {
      this.#inTrouble = true;
      const { failed, dropped } = this.#counts;
      diag.error(
        `otel-taskprof: ${line} (${failed} failed and ${dropped} dropped so far; more of this kind are counted, not told)`,
      );
    });
  }

  #tell(kind: string, say: () => void): void {
    const now = this.#now();
    for (const [told, toldMillis] of this.#toldMillis) {
      if (now - toldMillis >= QUIET_MILLIS) this.#toldMillis.delete(told);
    }
    if (this.#toldMillis.has(kind) || this.#toldMillis.size >= MAX_KINDS) return;
    this.#toldMillis.set(kind, now);
    say();
  }
}
