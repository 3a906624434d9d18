import { toError } from '../base/errors.ts';

/** Why something was not delivered, in words for people and as a kind: `HTTP 503`, `UNAVAILABLE`, `ECONNREFUSED`, `timeout`. */
export class ExportFailure extends Error {
  override readonly name = 'ExportFailure';
  /** Tells troubles apart, and takes few values. */
  readonly kind: string;

  constructor(kind: string, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
  }
}

/** Something was not tried at all. */
export class DropFailure extends ExportFailure {}

/** A failure for whatever was thrown: an error code of Node is its kind, else the error's name. */
export function toFailure(thrown: unknown): ExportFailure {
  if (thrown instanceof ExportFailure) return thrown;
  const error = toError(thrown) as Error & { code?: unknown };
  const kind = typeof error.code === 'string' ? error.code : error.name;
  // Where every address of a host refuses, Node's error has no message of its own.
  return new ExportFailure(kind, error.message || kind, { cause: error });
}

const MAX_EXCERPT = 200;

/** The text in the body of an error, which is text or a message that holds some, behind a colon. */
export function excerpt(body: Uint8Array): string {
  const text = Buffer.from(body.subarray(0, MAX_EXCERPT))
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text}`;
}
