/** An export that failed, in words and as a kind of failure: a status code, an error code of Node, or an error's name. */
export interface Failure {
  readonly kind: string;
  readonly reason: string;
}

/** Reads what the transport made of a failure. */
export function describeFailure(error: Error & { code?: unknown; data?: unknown }): Failure {
  const { name, message, code, data } = error;
  if (typeof code === 'number') return { kind: String(code), reason: `HTTP ${code} ${message}${excerpt(data)}` };
  if (typeof code === 'string') return { kind: code, reason: message || code };
  // The transport forgets the status where it gave up retrying.
  if (name === 'OTLPExporterError') return { kind: 'retryable', reason: 'asked to retry later (429, 502, 503 or 504)' };
  return { kind: name, reason: message };
}

const MAX_EXCERPT = 200;

// The body of an error is text or a protobuf message that holds text.
function excerpt(body: unknown): string {
  if (typeof body !== 'string') return '';
  const text = body
    .slice(0, MAX_EXCERPT)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text}`;
}
