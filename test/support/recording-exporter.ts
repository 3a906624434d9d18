import type { ExportOutcome, ProfileExporter } from '../../src/export/exporter.ts';
import type { ProfilesData } from '../../src/profile/model.ts';

/** Remembers what it was given; while `held`, exports end only with `release`. */
export class RecordingExporter implements ProfileExporter {
  readonly exports: ProfilesData[] = [];
  readonly calls: string[] = [];
  held = false;
  fault: Error | undefined;
  readonly #waiting: (() => void)[] = [];

  async export(data: ProfilesData): Promise<ExportOutcome> {
    this.exports.push(data);
    this.calls.push('export');
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.fault) throw this.fault;
    return { status: 'success' };
  }

  /** Ends one export. */
  release(): void {
    this.#waiting.shift()!();
  }

  async forceFlush(): Promise<void> {
    this.calls.push('flush');
    if (this.fault) throw this.fault;
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown');
    if (this.fault) throw this.fault;
  }
}
