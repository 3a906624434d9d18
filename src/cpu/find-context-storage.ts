import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context } from '@opentelemetry/api';

/**
 * The storage of the context manager that the application has registered: private there, and the same in SDK 1, 2 and 3.
 * Undefined without a manager, or where it is one of another kind.
 */
export function findContextStorage(): AsyncLocalStorage<Context> | undefined {
  const api = context as unknown as { readonly _getContextManager?: () => { readonly _asyncLocalStorage?: unknown } };
  const storage = api._getContextManager?.()._asyncLocalStorage;
  return storage instanceof AsyncLocalStorage ? (storage as AsyncLocalStorage<Context>) : undefined;
}
