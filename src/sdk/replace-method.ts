import { overlayProperty } from '../base/own-property.ts';

type Method = (...args: unknown[]) => unknown;

/** Whether what stands in place of a method has more to do than to call it. */
interface Hook {
  readonly isInPlace: boolean;
}

/**
 * Puts `wrap(method)` in place of a method of one object, as a property of its own. The returned function takes that away; where
 * somebody has put a wrapper of their own around ours it stays, and the hook is not in place any more. What is put there is called by
 * the application: nothing but the method's own faults may get out of it. Throws where the object is frozen.
 */
export function replaceMethod<Name extends string>(
  object: Readonly<Record<Name, unknown>>,
  name: Name,
  wrap: (original: Method, hook: Hook) => Method,
): () => void {
  const hook = { isInPlace: true };
  const original = (object[name] as Method).bind(object);
  const restore = overlayProperty(object, name, wrap(original, hook));
  return () => {
    hook.isInPlace = false;
    restore();
  };
}
