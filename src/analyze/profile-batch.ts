import type { FleetFrame } from './fleet-frame.ts';

/** What was read from some files, as rows of the tables that questions are asked of. Ids are of 64 bits. */
export interface ProfileBatch {
  readonly profiles: readonly ProfileRow[];
  readonly frames: readonly { readonly id: bigint; readonly frame: FleetFrame }[];
  /** Sets of attributes that samples have. */
  readonly labelSets: readonly AttributeSet[];
  /** A row for each frame of each stack that is not in a batch before; position 0 is the leaf. */
  readonly stackFrames: Columns<'stack' | 'position' | 'frame'>;
  readonly samples: Columns<'profile' | 'stack' | 'labels' | 'value'>;
}

export type Columns<Name extends string> = Readonly<Record<Name, BigInt64Array<ArrayBuffer>>>;

export interface AttributeSet {
  readonly id: bigint;
  readonly attributes: readonly (readonly [name: string, text: string])[];
}

/** A profile, or a part of one: rows of one id are parts of one. */
export interface ProfileRow {
  readonly id: bigint;
  readonly timeUnixNano: bigint;
  readonly unit: string;
  /** Of the resource. */
  readonly attributes: readonly (readonly [name: string, text: string])[];
  /** The file where the profile says nothing of whom it is of; else ''. */
  readonly file: string;
}
