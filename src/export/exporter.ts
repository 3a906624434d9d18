import type { ProfilesData } from '../profile/model.ts';

/** What became of one export. Exporters never reject: a failure is an outcome. */
export type ExportOutcome = { readonly status: 'success' } | { readonly status: 'failure'; readonly error: Error };

/** What goes with the data of an export. */
export interface ExportOptions {
  /** Aborted where nobody waits for the export any more: what can't be delivered at once is given up. */
  readonly signal?: AbortSignal;
}

/** Where profiles go. */
export interface ProfileExporter {
  /** Resolves when the data is delivered or given up; never rejects. */
  export(data: ProfilesData, options?: ExportOptions): Promise<ExportOutcome>;
  /** Resolves when what was handed over before is delivered or given up; never rejects. */
  forceFlush(): Promise<void>;
  /** The same, for the last time: later exports fail. Never rejects. */
  shutdown(): Promise<void>;
}

/** Whether a value has the methods of an exporter. */
export function isProfileExporter(value: unknown): value is ProfileExporter {
  const methods = (value ?? {}) as Record<string, unknown>;
  return ['export', 'forceFlush', 'shutdown'].every((name) => typeof methods[name] === 'function');
}

/** Where a reader takes profiles from. */
export interface ProfileSource {
  /** Ends the interval that runs, begins the next and gives what was in it; no profile where nothing was parked. */
  collect(): Promise<ProfilesData | undefined>;
}
