import type { Profile } from '../profile/model.ts';

/** What a worker tells the main thread. */
export type ThreadMessage =
  /** It begins to gather, or ends. */
  | { readonly kind: 'begin' | 'end'; readonly threadId: number }
  | { readonly kind: 'profiles'; readonly threadId: number; readonly profiles: readonly Profile[] }
  /** It has handed over everything that it had at a request. */
  | { readonly kind: 'flushed'; readonly threadId: number; readonly request: number };

/** What the main thread asks workers for: to hand over what they have. */
export interface FlushRequest {
  readonly request: number;
}
