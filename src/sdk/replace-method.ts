import { overlayProperty } from '../base/own-property.ts';

type Method = (...args: unknown[]) => unknown;

/**
 * Puts `wrap(method)` in place of a method of one object, as a property of its own. The returned function takes that away.
 * Throws where the object is frozen.
 */
export function replaceMethod<Name extends string>(
  object: Readonly<Record<Name, unknown>>,
  name: Name,
  wrap: (original: Method) => Method,
): () => void {
  const method = object[name] as Method;
  const original: Method = (...args) => method.apply(object, args);
  const wrapped = wrap(original);
  let hooked = true;
  const replacement: Method = (...args) => (hooked ? wrapped(...args) : original(...args));
  const restore = overlayProperty(object, name, replacement);
  return () => {
    hooked = false;
    // Where somebody has put a wrapper of their own around ours it stays, and only passes on.
    restore();
  };
}
