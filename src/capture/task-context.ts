import { type Context, context, isSpanContextValid, trace } from '@opentelemetry/api';
import { isOwnContext } from '../base/own-context.ts';
import { TaskLabels, labelsOf } from '../base/task-labels.ts';
import type { SpanReference } from '../base/types.ts';

/** What a record keeps of the OpenTelemetry context of a park: strings, never the context, which would keep requests alive. */
export interface TaskContext {
  readonly span: SpanReference | undefined;
  readonly labels: TaskLabels;
}

/** No span and no labels. */
export const EMPTY_TASK_CONTEXT: TaskContext = Object.freeze({ span: undefined, labels: TaskLabels.none });

/** The span and the labels that are active now; undefined in the profiler's own tasks. */
export function readTaskContext(): TaskContext | undefined {
  return taskContextOf(context.active());
}

/** The span and the labels of an OpenTelemetry context; undefined in the profiler's own tasks. */
export function taskContextOf(active: Context): TaskContext | undefined {
  if (isOwnContext(active)) return undefined;
  const labels = labelsOf(active);
  const spanContext = trace.getSpanContext(active);
  if (spanContext === undefined || !isSpanContextValid(spanContext)) {
    return labels === TaskLabels.none ? EMPTY_TASK_CONTEXT : { span: undefined, labels };
  }
  return { span: { traceId: spanContext.traceId, spanId: spanContext.spanId }, labels };
}
