import type { BatchObservableResult, Meter, MeterProvider, Observable } from '@opentelemetry/api';
import { guarded } from '../base/faults.ts';
import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { THREAD_ATTRIBUTES } from '../base/thread.ts';
import { METRICS, type Metric, type MetricReading } from './metric-table.ts';

/**
 * The figures of a profiler as metrics of the application's meter provider. They are read when somebody collects metrics, and
 * cost nothing in between.
 */
export class ProfilerMetrics {
  readonly #read: () => MetricReading | undefined;
  readonly #observe = guarded('metrics met an error', (result: BatchObservableResult) => this.#report(result));
  #provider: unknown;
  #stop: (() => void) | undefined;
  #instruments: readonly (readonly [Metric, Observable])[] = [];

  /** `read`: called at each collection; undefined where there is nothing to tell. */
  constructor(read: () => MetricReading | undefined) {
    this.#read = read;
  }

  /** From now on metrics go to this provider, and to no other. */
  use(provider: MeterProvider): void {
    if (provider === this.#provider) return;
    this.close();
    this.#provider = provider;
    const meter = provider.getMeter(INSTRUMENTATION_SCOPE.name, INSTRUMENTATION_SCOPE.version);
    this.#instruments = METRICS.map((metric) => [metric, instrumentOf(meter, metric)]);
    const observables = this.#instruments.map(([, instrument]) => instrument);
    meter.addBatchObservableCallback(this.#observe, observables);
    this.#stop = () => meter.removeBatchObservableCallback(this.#observe, observables);
  }

  /** Leaves the provider; `use` may follow. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#provider = undefined;
  }

  #report(result: BatchObservableResult): void {
    const reading = this.#read();
    if (reading === undefined) return;
    for (const [{ points }, instrument] of this.#instruments) {
      for (const [value, attributes] of points(reading)) {
        result.observe(instrument, value, { ...THREAD_ATTRIBUTES, ...attributes });
      }
    }
  }
}

function instrumentOf(meter: Meter, { name, kind, unit, description }: Metric): Observable {
  const options = { unit, description };
  if (kind === 'counter') return meter.createObservableCounter(name, options);
  if (kind === 'upDownCounter') return meter.createObservableUpDownCounter(name, options);
  return meter.createObservableGauge(name, options);
}
