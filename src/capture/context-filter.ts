import { type Context, trace } from '@opentelemetry/api';
import { labelsOf } from '../base/task-labels.ts';
import type { Labels, SpanReference } from '../base/types.ts';
import type { TaskContext, TaskContextReader } from './task-context.ts';

/**
 * Tasks of one trace, or with some labels. Values are compared as text: a query or a command line knows no numbers. A hundred
 * thousand contexts may have to be looked at, so the trace comes first, and what is not asked for is not read.
 */
export class ContextFilter {
  readonly #traceId: string | undefined;
  readonly #labels: readonly (readonly [name: string, text: string])[];
  readonly #shownText: (name: string, text: string) => string;
  #last: Context | undefined;
  #isLastIn = false;

  /**
   * `traceId`: in lower case. `shownText`: the value of a label as it is shown; it can be asked for as it is and as it is shown,
   * and contexts of either kind are accepted.
   */
  constructor(labels: Labels = {}, traceId?: string, shownText = (_name: string, text: string): string => text) {
    this.#traceId = traceId;
    this.#shownText = shownText;
    this.#labels = Object.entries(labels).map(([name, value]) => [name, String(value)]);
  }

  accepts({ span, labels }: TaskContext): boolean {
    return this.acceptsSample({ span, labels: labels.values });
  }

  acceptsSample({ span, labels }: { readonly span?: SpanReference | undefined; readonly labels: Labels }): boolean {
    return (this.#traceId === undefined || span?.traceId === this.#traceId) && this.#carriesAll(labels);
  }

  /** The same for a context that was not read yet. */
  acceptsActive(active: Context, reader: TaskContextReader): boolean {
    // A function and its callers parked in one context, one after the other.
    if (active !== this.#last) {
      this.#last = active;
      this.#isLastIn = this.acceptsNow(active, reader);
    }
    return this.#isLastIn;
  }

  /** The same where a context is asked for again later: labels come, such as `http.route`. Holds no context. */
  acceptsNow(active: Context, reader: TaskContextReader): boolean {
    const span = trace.getSpan(active);
    if (this.#traceId !== undefined && span?.spanContext().traceId !== this.#traceId) return false;
    if (this.#labels.length === 0) return true;
    // Nothing else is read where `withTaskLabels` has set all that is asked for: it goes before all others.
    const own = labelsOf(active).values;
    const isOwn = this.#labels.every(([name]) => Object.hasOwn(own, name));
    return this.#carriesAll(isOwn ? own : reader.labelsOf(active, span).values);
  }

  #carriesAll(values: Labels): boolean {
    return this.#labels.every(([name, text]) => {
      if (!Object.hasOwn(values, name)) return false;
      const value = String(values[name]);
      return value === text || value === this.#shownText(name, text) || this.#shownText(name, value) === text;
    });
  }
}
