/** What a question needs to know of samples. Where files are read, all else is left out. */
export interface SampleNeeds {
  /** Whether a frame of the stack matches this. */
  readonly pattern: RegExp;
  /** Names of the attributes that it asks for. */
  readonly labels: readonly string[];
}

/**
 * The needs of a question about a pattern of RE2; undefined where JavaScript might read that in another way, so that the engine has to see
 * every frame.
 */
export function sampleNeeds(pattern: string, labels: readonly string[]): SampleNeeds | undefined {
  if (!COMMON.test(pattern)) return undefined;
  try {
    return { pattern: new RegExp(pattern, 'su'), labels };
  } catch {
    // The engine says what is wrong with it.
    return undefined;
  }
}

// Characters, any of them, simple classes and escaped punctuation, repeated or not; alternatives in groups. Groups are not repeated: that
// is where JavaScript may take for ever.
const CLASS = String.raw`\[\^?[\w ./:-]+\]`;
const ESCAPED = String.raw`\\[.\\/()[\]{}*+?|^$]`;
const COMMON = new RegExp(
  String.raw`^(?:(?:[\w \-/:<>#@,;=!~"'&%.]|${ESCAPED}|${CLASS})[*+?]?|[|^$]|\((?:\?:)?|\)(?![*+?{]))*$`,
);
