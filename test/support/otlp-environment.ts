/** Keeps `OTEL_*` out of every test of the suite that calls it; what was set before is back after each. */
export function withoutOtelEnvironment(): void {
  const before = { ...process.env };

  function clear(): void {
    for (const key of Object.keys(process.env)) if (key.startsWith('OTEL_')) Reflect.deleteProperty(process.env, key);
  }

  beforeEach(clear);
  afterEach(() => {
    clear();
    Object.assign(process.env, before);
  });
}

/** Sets `OTEL_EXPORTER_OTLP_...` for one test. */
export function setOtlpEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) process.env[`OTEL_EXPORTER_OTLP_${name}`] = value;
}
