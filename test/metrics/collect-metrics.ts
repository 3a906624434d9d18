import type { Attributes } from '@opentelemetry/api';
import { DataPointType, MetricReader } from '@opentelemetry/sdk-metrics';

/** Collects when it is asked to. */
export class AskedReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** The points of each metric by the metric's name. */
  async read(): Promise<Map<string, CollectedMetric>> {
    const { resourceMetrics } = await this.collect();
    const metrics = resourceMetrics.scopeMetrics
      .filter(({ scope }) => scope.name === 'otel-taskprof')
      .flatMap((scope) => scope.metrics);
    return new Map(
      metrics.map((metric) => [
        metric.descriptor.name,
        {
          unit: metric.descriptor.unit,
          kind: kindOf(metric),
          points: metric.dataPoints.map(({ value, attributes }) => ({ value: value as number, attributes })),
        },
      ]),
    );
  }
}

export interface CollectedMetric {
  readonly unit: string;
  readonly kind: string;
  readonly points: readonly { readonly value: number; readonly attributes: Attributes }[];
}

function kindOf(metric: { readonly dataPointType: DataPointType; readonly isMonotonic?: boolean }): string {
  if (metric.dataPointType === DataPointType.GAUGE) return 'gauge';
  return metric.isMonotonic === true ? 'counter' : 'upDownCounter';
}
