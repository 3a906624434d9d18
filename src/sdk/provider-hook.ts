import { takeAll, tellFault } from '../base/faults.ts';
import type { SdkProvider } from './providers.ts';
import { replaceMethod } from './replace-method.ts';

/** What is called when the SDK flushes or shuts down. Neither may reject. */
export interface FlushTarget {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Makes `provider.forceFlush()` and `provider.shutdown()` do the same to `target`, and settle when both are done, with the
 * provider's own outcome. The SDK tells nobody else about its shutdown: instrumentations are not called, and a span processor
 * can only be given to the provider's constructor. Only this one object changes, by two properties that the returned
 * function takes away.
 */
export function hookProvider(provider: SdkProvider, target: FlushTarget): () => void {
  const unhooks = (['forceFlush', 'shutdown'] as const).map((name) =>
    replaceMethod(provider, name, (original, hook) => async (...args) => {
      let delivered: Promise<void> | undefined;
      try {
        if (hook.isInPlace) delivered = target[name]();
      } catch (thrown) {
        tellFault('the flush met an error', thrown);
      }
      try {
        return await original(...args);
      } finally {
        await delivered;
      }
    }),
  );
  return () => takeAll('leaving the SDK met an error', unhooks);
}
