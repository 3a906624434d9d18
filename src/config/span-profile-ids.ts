import { InvalidOptionError } from '../base/errors.ts';

export interface SpanProfileIdOptions {
  /**
   * Whether every span that starts gets the attribute `pyroscope.profile.id`, its own span id: Grafana leads from such a span to the profiles
   * that link to it. Default: false. An attribute more on each span.
   */
  readonly spanProfileIds?: boolean;
}

/** The option, decided. Throws an {@link InvalidOptionError}. */
export function spanProfileIds({ spanProfileIds: value = false }: SpanProfileIdOptions = {}): boolean {
  if (typeof value !== 'boolean') throw new InvalidOptionError('spanProfileIds', 'true or false', value);
  return value;
}
