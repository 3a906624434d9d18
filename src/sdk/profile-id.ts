import type { Span } from '@opentelemetry/api';

/** What Grafana looks for on a span, to lead from it to the profiles in Pyroscope whose samples link to the span of that id. */
const PROFILE_ID = 'pyroscope.profile.id';

export function setProfileId(span: Span): void {
  span.setAttribute(PROFILE_ID, span.spanContext().spanId);
}
