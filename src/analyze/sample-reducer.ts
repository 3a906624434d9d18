import type { AttributesWithUnits } from '../profile/model.ts';
import { type FleetFrame, fleetFrameText } from './fleet-frame.ts';
import type { RowId } from './row-id.ts';
import type { SampleNeeds } from './sample-needs.ts';

/** A frame, and whether it is what the question is about. */
export interface FrameId extends RowId {
  readonly isMatch: boolean;
}

const NO_FRAMES: readonly FrameId[] = [];

type Push = (profile: RowId, stack: RowId, labels: RowId, value: number | bigint) => void;

/**
 * Makes of the samples of a profile the few that a question can tell apart: stacks become one frame that matches, or none, labels
 * those that are asked for, and what is alike then is added up.
 */
export class SampleReducer {
  readonly #needs: SampleNeeds;
  readonly #push: Push;
  #matching: readonly FrameId[] | undefined;
  #profile: RowId | undefined;
  /** By labels: the sums of what matches, and of what does not. */
  readonly #sums = new Map<RowId, { readonly stack: RowId; value: number }[]>();

  /** `push` takes the samples that are left. */
  constructor(needs: SampleNeeds, push: Push) {
    this.#needs = needs;
    this.#push = push;
  }

  isMatch(frame: FleetFrame): boolean {
    return this.#needs.pattern.test(fleetFrameText(frame));
  }

  /** What stands for the stack: the first frame of all that has matched, or nothing. */
  frames(stack: readonly FrameId[]): readonly FrameId[] {
    for (const frame of stack) if (frame.isMatch) return (this.#matching ??= [frame]);
    return NO_FRAMES;
  }

  labels(attributes: AttributesWithUnits): AttributesWithUnits {
    const names = this.#needs.labels.filter((name) => Object.hasOwn(attributes, name));
    return Object.fromEntries(names.map((name) => [name, attributes[name]!]));
  }

  add(profile: RowId, stack: RowId, labels: RowId, value: number | bigint): void {
    if (profile !== this.#profile) this.flush();
    this.#profile = profile;
    let sums = this.#sums.get(labels);
    if (sums === undefined) this.#sums.set(labels, (sums = []));
    const known = sums.find((sum) => sum.stack === stack);
    const sum = typeof value === 'number' ? (known?.value ?? 0) + value : NaN;
    if (!Number.isSafeInteger(sum)) this.#push(profile, stack, labels, value);
    else if (known) known.value = sum;
    else sums.push({ stack, value: sum });
  }

  /** At the end of a profile. */
  flush(): void {
    for (const [labels, sums] of this.#sums) {
      for (const { stack, value } of sums) this.#push(this.#profile!, stack, labels, value);
    }
    this.discard();
  }

  discard(): void {
    this.#sums.clear();
    this.#profile = undefined;
  }
}
