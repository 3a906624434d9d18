import { diag, DiagLogLevel } from '@opentelemetry/api';

/** What was said through `diag`, as "level message". */
export interface DiagLines {
  readonly lines: string[];
  stop(): void;
}

/** Records the lines of `diag` down to the level info, until `stop`. */
export function recordDiag(): DiagLines {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`);
  const logger = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), verbose: at('verbose') };
  diag.setLogger(logger, { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true });
  lines.length = 0;
  return { lines, stop: () => diag.disable() };
}
