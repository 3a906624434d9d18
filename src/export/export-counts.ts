/**
 * What became of the messages so far. An export is one message, or several where it is larger than a request may be; each ends
 * as sent, failed or dropped.
 */
export interface ExportCounts {
  /** Messages that the receiver accepted, wholly or in part. */
  readonly sent: number;
  /** Tries beyond the first of a message. */
  readonly retried: number;
  /** Messages that were tried and given up. */
  readonly failed: number;
  /** Messages that were not tried: too many under way, too large, or after the shutdown. */
  readonly dropped: number;
  /** `failed` and `dropped` by reason: `HTTP 400`, `UNAVAILABLE`, `ECONNREFUSED`, `timeout`, `limit`, `size`, `shutdown`, ... */
  readonly lostByReason: Readonly<Record<string, number>>;
  /** Profiles that the receiver refused out of messages that it accepted. */
  readonly rejectedProfiles: number;
}

export const NO_EXPORTS: ExportCounts = Object.freeze({
  sent: 0,
  retried: 0,
  failed: 0,
  dropped: 0,
  lostByReason: Object.freeze({}),
  rejectedProfiles: 0,
});

const MAX_REASONS = 20;
const OTHER_REASON = 'other';

/** `lostByReason` with one more. Whoever chooses the reasons must not grow the record for ever. */
export function withReason(lostByReason: ExportCounts['lostByReason'], kind: string): ExportCounts['lostByReason'] {
  const isRoom = Object.hasOwn(lostByReason, kind) || Object.keys(lostByReason).length < MAX_REASONS;
  const reason = isRoom ? kind : OTHER_REASON;
  return { ...lostByReason, [reason]: (lostByReason[reason] ?? 0) + 1 };
}

/** Counts with one more message that was tried and given up. */
export function withLoss(counts: ExportCounts, kind: string): ExportCounts {
  return { ...counts, failed: counts.failed + 1, lostByReason: withReason(counts.lostByReason, kind) };
}

/** Both added up: of one exporter, and of what stands in front of it. */
export function addedCounts(one: ExportCounts, other: ExportCounts): ExportCounts {
  const lostByReason: Record<string, number> = { ...one.lostByReason };
  for (const [reason, count] of Object.entries(other.lostByReason)) {
    lostByReason[reason] = (lostByReason[reason] ?? 0) + count;
  }
  return {
    sent: one.sent + other.sent,
    retried: one.retried + other.retried,
    failed: one.failed + other.failed,
    dropped: one.dropped + other.dropped,
    lostByReason,
    rejectedProfiles: one.rejectedProfiles + other.rejectedProfiles,
  };
}
