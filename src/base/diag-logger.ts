import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { diagLogLevelFromString, getStringFromEnv } from '@opentelemetry/core';

/**
 * Runs `fn` with the logger that an SDK would set for `OTEL_LOG_LEVEL`, then takes it away, so that an SDK that sets its own
 * afterwards does not warn of two. No logger where the variable is not set, or somebody has set one.
 */
export function runWithDiagLogger<T>(fn: () => T): T {
  const isOurs = setDiagLogger();
  try {
    return fn();
  } finally {
    if (isOurs) diag.disable();
  }
}

/** Sets that logger for good, under the same conditions; whether it did. */
export function setDiagLogger(): boolean {
  const logLevel = diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL'));
  if (logLevel === undefined || hasDiagLogger()) return false;
  return diag.setLogger(new DiagConsoleLogger(), { logLevel });
}

/** The API does not tell; its global object, the same for all its versions 1, does. */
function hasDiagLogger(): boolean {
  const globals = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')];
  return (globals as { diag?: unknown } | undefined)?.diag !== undefined;
}
