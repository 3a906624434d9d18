import type { ProfilesData } from '../profile/model.ts';
import { type ExportCounts, NO_EXPORTS, withLoss } from './export-counts.ts';
import type { ExportOptions, ExportOutcome, ProfileExporter } from './exporter.ts';
import { toFailure } from './failure.ts';

/** What became of the exports of one exporter. */
export interface CountedExports {
  /** The name of its class. */
  readonly exporter: string;
  /** Since it was made. */
  readonly counts: ExportCounts;
}

/** An exporter that others are behind, and that knows what became of the exports of each. */
interface CountsOfSeveral {
  readonly exports: readonly CountedExports[];
}

/** The exporter itself where it counts what becomes of its exports, else one around it that does. */
export function counting(exporter: ProfileExporter): ProfileExporter {
  return countsOf(exporter) || 'exports' in exporter ? exporter : new CountingExporter(exporter);
}

/** What became of the exports, for each exporter that is behind this one. */
export function countedExports(exporter: ProfileExporter): readonly CountedExports[] {
  if ('exports' in exporter) return (exporter as CountsOfSeveral).exports;
  const counts = countsOf(exporter);
  return counts ? [{ exporter: exporterName(exporter), counts }] : [];
}

/** The name of the exporter's class, for people. */
export function exporterName(exporter: ProfileExporter): string {
  if (exporter instanceof CountingExporter) return exporterName(exporter.inner);
  const name = (exporter as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? name : 'an exporter';
}

/** What the exporter says of itself; undefined where it does not. */
export function countsOf(exporter: ProfileExporter): ExportCounts | undefined {
  const { counts } = exporter as { counts?: Partial<ExportCounts> };
  return typeof counts?.sent === 'number' && typeof counts.lostByReason === 'object'
    ? { ...NO_EXPORTS, ...counts }
    : undefined;
}

/** Counts the outcomes of an exporter that does not do so itself. */
class CountingExporter implements ProfileExporter {
  readonly inner: ProfileExporter;
  #counts: ExportCounts = NO_EXPORTS;

  constructor(inner: ProfileExporter) {
    this.inner = inner;
  }

  get counts(): ExportCounts {
    return this.#counts;
  }

  async export(data: ProfilesData, options?: ExportOptions): Promise<ExportOutcome> {
    try {
      const outcome = await this.inner.export(data, options);
      if (outcome.status === 'success') this.#counts = { ...this.#counts, sent: this.#counts.sent + 1 };
      else this.#lose(outcome.error);
      return outcome;
    } catch (thrown) {
      this.#lose(thrown);
      throw thrown;
    }
  }

  forceFlush(): Promise<void> {
    return this.inner.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.inner.shutdown();
  }

  #lose(thrown: unknown): void {
    this.#counts = withLoss(this.#counts, toFailure(thrown).kind);
  }
}
