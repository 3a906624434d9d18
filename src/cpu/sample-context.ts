import { type Context, trace } from '@opentelemetry/api';
import { attributesOf, localRootAttributes } from '../base/local-root.ts';
import type { SpanReference } from '../base/types.ts';
import { TaskLabels } from '../base/task-labels.ts';
import type { TaskContext, TaskContextReader } from '../capture/task-context.ts';

/**
 * The span and the labels of what ran. It must hold neither the context nor the span: the native profiler holds it by a global
 * handle, as long as there is an asynchronous frame of it, and over these there could be a way back to that frame, a leak for good.
 */
export class SampleContext {
  readonly #span: SpanReference | undefined;
  readonly #labels: TaskLabels;
  /** Of the span and of its local root. The SDK goes on writing to them: the route comes last. */
  readonly #attributes: readonly (object | undefined)[];

  private constructor({ span, labels }: TaskContext, attributes: readonly (object | undefined)[]) {
    this.#span = span;
    this.#labels = labels;
    this.#attributes = attributes;
  }

  /** Undefined where there is neither span nor label, and in the profiler's own work. */
  static of(active: Context, reader: TaskContextReader): SampleContext | undefined {
    const now = reader.read(active);
    const span = trace.getSpan(active);
    if (now === undefined || (span === undefined && now.labels === TaskLabels.none)) return undefined;
    return new SampleContext(now, span === undefined ? [] : [attributesOf(span), localRootAttributes(span)]);
  }

  /** With the attributes that the span has by now. */
  read(reader: TaskContextReader): TaskContext {
    return { span: this.#span, labels: reader.completedLabels(this.#labels, this.#attributes) };
  }
}
