import * as api from '@opentelemetry/api';

/** The signals whose provider is looked at, the one that decides first. */
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

export type Signal = (typeof SIGNALS)[number];

/** What the providers of every OpenTelemetry SDK have and those of the bare API lack. */
export interface SdkProvider {
  forceFlush(...args: unknown[]): Promise<void>;
  shutdown(...args: unknown[]): Promise<void>;
}

/** A provider of the application's SDK and the signal that it serves. */
export interface FoundProvider {
  readonly signal: Signal;
  readonly provider: SdkProvider;
}

/**
 * The provider that stands for the application's SDK: that of traces, else of metrics, else of logs. One that was handed to us
 * (`registerInstrumentations({ tracerProvider })`) goes before the global one of the same signal. Undefined without an SDK.
 */
export function findSdkProvider(given: ReadonlyMap<Signal, unknown>): FoundProvider | undefined {
  for (const signal of SIGNALS) {
    const provider = sdkProviderOf(given.get(signal)) ?? sdkProviderOf(GLOBAL_PROVIDERS[signal]());
    if (provider) return { signal, provider };
  }
  return undefined;
}

/** Where metrics go: the provider that was handed to us, else the global one. Undefined while there is none that keeps them. */
export function findMeterProvider(given: ReadonlyMap<Signal, unknown>): api.MeterProvider | undefined {
  return [given.get('metrics'), api.metrics.getMeterProvider()].find(isMeterProvider);
}

/** The API's own does nothing, and never becomes another. */
function isMeterProvider(provider: unknown): provider is api.MeterProvider {
  const { getMeter, constructor } = (provider ?? {}) as { getMeter?: unknown; constructor?: { name?: unknown } };
  return typeof getMeter === 'function' && constructor?.name !== 'NoopMeterProvider';
}

const GLOBAL_PROVIDERS: Record<Signal, () => unknown> = {
  traces: () => api.trace.getTracerProvider(),
  metrics: () => api.metrics.getMeterProvider(),
  logs: globalLoggerProvider,
};

/** SDK 3 keeps it in the API (1.10 and later), SDK 2 in a package of its own, whose global holds a function of its version. */
function globalLoggerProvider(): unknown {
  const { logs } = api as { logs?: typeof api.logs };
  const provider: unknown = logs?.getLoggerProvider();
  if (sdkProviderOf(provider)) return provider;
  const ofVersion = (globalThis as Record<symbol, unknown>)[Symbol.for('io.opentelemetry.js.api.logs')];
  return typeof ofVersion === 'function' ? (ofVersion as (version: number) => unknown)(1) : undefined;
}

function sdkProviderOf(provider: unknown): SdkProvider | undefined {
  const delegate = delegateOf(provider);
  return isSdkProvider(delegate) ? delegate : undefined;
}

/** The API hands out proxies, whose delegate the SDK becomes when it registers itself. */
function delegateOf(provider: unknown): unknown {
  const { getDelegate, _getDelegate } = (provider ?? {}) as { getDelegate?: unknown; _getDelegate?: unknown };
  const get = getDelegate ?? _getDelegate;
  return typeof get === 'function' ? (get as () => unknown).call(provider) : provider;
}

function isSdkProvider(provider: unknown): provider is SdkProvider {
  if (typeof provider !== 'object' || provider === null) return false;
  const { forceFlush, shutdown } = provider as Partial<SdkProvider>;
  return typeof forceFlush === 'function' && typeof shutdown === 'function';
}
