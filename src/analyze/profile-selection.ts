/** Which of all profiles a question is about. */
export interface ProfileSelection {
  /** The name of the sample type: `tasks`, `wait`, `cpu`, `lost`. */
  readonly measure: string;
  /** Attributes that the resource must have. Empty: any. */
  readonly resource: readonly (readonly [name: string, text: string])[];
  /** Profiles from this time on, in nanoseconds since 1970. */
  readonly since?: bigint;
  /** Profiles before this time. */
  readonly until?: bigint;
}

/** What the choice looks at. */
export interface ProfileHead {
  /** Of the sample type. */
  readonly type: string;
  readonly unit: string;
  readonly timeUnixNano: bigint;
  readonly durationNano: bigint;
}

export function isSelected(
  { measure, resource, since, until }: ProfileSelection,
  { type, timeUnixNano }: ProfileHead,
  attributes: readonly (readonly [name: string, text: string])[],
): boolean {
  if (type !== measure) return false;
  if (since !== undefined && timeUnixNano < since) return false;
  if (until !== undefined && timeUnixNano >= until) return false;
  return resource.every(([name, text]) => attributes.some((one) => one[0] === name && one[1] === text));
}
