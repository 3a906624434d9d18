import { type Context, type Span, isSpanContextValid, trace } from '@opentelemetry/api';
import { isOwnContext } from '../base/own-context.ts';
import { TaskLabels } from '../base/task-labels.ts';
import type { SpanReference } from '../base/types.ts';
import type { TaskLabelConfig } from '../config/labels.ts';
import { LabelReader } from './label-reader.ts';

/** What is kept of the OpenTelemetry context of a park: strings, never the context, which would keep requests alive. */
export interface TaskContext {
  readonly span: SpanReference | undefined;
  readonly labels: TaskLabels;
}

/** No span and no labels. */
export const EMPTY_TASK_CONTEXT: TaskContext = Object.freeze({ span: undefined, labels: TaskLabels.none });

/** Reads the span and the labels of OpenTelemetry contexts, as they are at that moment. */
export class TaskContextReader {
  readonly #labels: LabelReader;

  constructor(labels: TaskLabelConfig) {
    this.#labels = new LabelReader(labels);
  }

  /** The labels alone; `span`: the active one. */
  labelsOf(active: Context, span: Span | undefined): TaskLabels {
    return this.#labels.read(active, span);
  }

  /** Labels that were read before, and what has come to the attributes since. */
  completedLabels(known: TaskLabels, attributes: readonly (object | undefined)[]): TaskLabels {
    return this.#labels.complete(known, attributes);
  }

  /** Undefined in the profiler's own tasks. */
  read(active: Context): TaskContext | undefined {
    if (isOwnContext(active)) return undefined;
    const span = trace.getSpan(active);
    const labels = this.#labels.read(active, span);
    const spanContext = span?.spanContext();
    if (spanContext === undefined || !isSpanContextValid(spanContext)) {
      return labels === TaskLabels.none ? EMPTY_TASK_CONTEXT : { span: undefined, labels };
    }
    return { span: { traceId: spanContext.traceId, spanId: spanContext.spanId }, labels };
  }
}
