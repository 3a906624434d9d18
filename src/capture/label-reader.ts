import { type Context, propagation, type Span } from '@opentelemetry/api';
import { attributeOf, spanAttribute } from '../base/span-attributes.ts';
import { type Label, type TaskLabels, labelsOf } from '../base/task-labels.ts';
import type { TaskLabelConfig } from '../config/labels.ts';
import { LabelLimits } from './label-limits.ts';

/** Reads the labels of an OpenTelemetry context: those of `withTaskLabels`, of spans and of baggage, within the limits. */
export class LabelReader {
  readonly #spanAttributes: readonly string[];
  readonly #baggage: readonly string[];
  readonly #limits: LabelLimits;

  constructor(config: TaskLabelConfig) {
    this.#spanAttributes = config.spanAttributes;
    this.#baggage = config.baggage;
    this.#limits = new LabelLimits(config);
  }

  /** The labels as they are now. Equal ones are one object in nearly all cases. */
  read(active: Context, span: Span | undefined): TaskLabels {
    const own = labelsOf(active);
    const found: Label[] = [];
    if (span !== undefined) {
      for (const name of this.#spanAttributes) {
        if (Object.hasOwn(own.values, name)) continue;
        const value = spanAttribute(active, span, name);
        if (value !== undefined) found.push([name, value]);
      }
    }
    if (this.#baggage.length > 0) this.#addBaggage(active, own, found);
    return this.#limits.apply(own, found);
  }

  /** `known` and what it lacks of the span attributes, from the first of `attributes` that has it. */
  complete(known: TaskLabels, attributes: readonly (object | undefined)[]): TaskLabels {
    const found: Label[] = [];
    for (const name of this.#spanAttributes) {
      if (Object.hasOwn(known.values, name)) continue;
      const value = attributes.map((some) => attributeOf(some, name)).find((one) => one !== undefined);
      if (value !== undefined) found.push([name, value]);
    }
    return found.length === 0 ? known : this.#limits.apply(known, found);
  }

  #addBaggage(active: Context, own: TaskLabels, found: Label[]): void {
    const baggage = propagation.getBaggage(active);
    if (baggage === undefined) return;
    for (const name of this.#baggage) {
      if (Object.hasOwn(own.values, name) || found.some(([known]) => known === name)) continue;
      const value: unknown = baggage.getEntry(name)?.value;
      if (typeof value === 'string') found.push([name, value]);
    }
  }
}
