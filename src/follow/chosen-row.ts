import type { Chosen } from '../capture/live-sample.ts';
import type { TaskRegistry } from './task-registry.ts';

/** A row as it was when it was chosen. */
export interface ChosenRow extends Chosen<number> {
  /** Tells whether it is still the same. */
  readonly madeAt: number;
  readonly shape: number;
}

/** Rows to look at. */
export interface RowChoice {
  readonly rows: readonly ChosenRow[];
  /** Leaves that were wanted and not chosen. */
  readonly leftOut: number;
  /** Whether all that were wanted are among them. */
  readonly isComplete: boolean;
  /** Of leaves and of joints: share of the rows drawn at random that were wanted. The others are draws that found nothing. */
  readonly wantedShares: readonly [leaves: number, joints: number];
}

/** A choice that may take several slices. */
export interface Choosing {
  /** Works on until about `deadline` (monotonic milliseconds); the choice once it is made. */
  slice(deadline: number): RowChoice | undefined;
}

/** Which rows are wanted, and which of these ahead of others. */
export interface RowFilters {
  readonly isWanted: (row: number) => boolean;
  readonly isPinned: ((row: number) => boolean) | undefined;
}

/** Of joints, which are calls in nearly all cases, this share of the places is enough where there are many. */
const JOINT_SHARE = 8;

export function maxJoints(joints: number, maxTasks: number): number {
  return joints <= maxTasks ? maxTasks : Math.ceil(maxTasks / JOINT_SHARE);
}

/** The same with what tells whether they still are the same later. */
export function asTheyAre(registry: TaskRegistry, chosen: readonly Chosen<number>[]): ChosenRow[] {
  return chosen.map((one) => ({
    ...one,
    madeAt: registry.madeAt(one.candidate),
    shape: registry.shape(one.candidate),
  }));
}
