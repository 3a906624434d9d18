import type { SdkProvider } from './providers.ts';

/** What is called when the SDK flushes or shuts down. Neither may reject. */
export interface FlushTarget {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

type Method = (...args: unknown[]) => Promise<void>;

/**
 * Makes `provider.forceFlush()` and `provider.shutdown()` do the same to `target`, and settle when both are done, with the
 * provider's own outcome. The SDK tells nobody else about its shutdown: instrumentations are not called, and a span processor
 * can only be given to the provider's constructor. Only this one object changes, by two properties that the returned
 * function takes away.
 */
export function hookProvider(provider: SdkProvider, target: FlushTarget): () => void {
  const unhooks = (['forceFlush', 'shutdown'] as const).map((name) =>
    replaceMethod(provider, name, (original) => async (...args) => {
      const delivered = target[name]();
      try {
        await original(...args);
      } finally {
        await delivered;
      }
    }),
  );
  return () => {
    for (const unhook of unhooks) unhook();
  };
}

function replaceMethod(provider: SdkProvider, name: keyof SdkProvider, wrap: (original: Method) => Method): () => void {
  const own = Object.getOwnPropertyDescriptor(provider, name);
  const method: Method = Reflect.get(provider, name);
  const original: Method = async (...args) => method.apply(provider, args);
  const wrapped = wrap(original);
  let hooked = true;
  const replacement: Method = (...args) => (hooked ? wrapped(...args) : original(...args));
  Object.defineProperty(provider, name, { value: replacement, configurable: true, writable: true, enumerable: false });
  return () => {
    hooked = false;
    // Somebody may have put a wrapper of their own around ours: then it stays, and only passes on.
    if (provider[name] !== replacement) return;
    if (own) Object.defineProperty(provider, name, own);
    else Reflect.deleteProperty(provider, name);
  };
}
