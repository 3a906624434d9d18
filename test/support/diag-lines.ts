import { diag, DiagLogLevel } from '@opentelemetry/api';

/** What was said through `diag`, as "level message". */
export interface DiagLines {
  readonly lines: string[];
  /** Those that say where profiles arrive, apart: every exporter that works tells it once. */
  readonly arrivals: string[];
  stop(): void;
}

/** Records the lines of `diag` down to the level info, until `stop`. */
export function recordDiag(): DiagLines {
  const lines: string[] = [];
  const arrivals: string[] = [];
  const at =
    (level: string) =>
    (message: string): void =>
      void (/profiles arrive at (?!.* again)/.test(message) ? arrivals : lines).push(`${level} ${message}`);
  const logger = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), verbose: at('verbose') };
  diag.setLogger(logger, { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true });
  lines.length = 0;
  return { lines, arrivals, stop: () => diag.disable() };
}
