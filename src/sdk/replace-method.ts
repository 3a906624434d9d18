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
  const own = Object.getOwnPropertyDescriptor(object, name);
  const method = object[name] as Method;
  const original: Method = (...args) => method.apply(object, args);
  const wrapped = wrap(original);
  let hooked = true;
  const replacement: Method = (...args) => (hooked ? wrapped(...args) : original(...args));
  Object.defineProperty(object, name, { value: replacement, configurable: true, writable: true, enumerable: false });
  return () => {
    hooked = false;
    // Somebody may have put a wrapper of their own around ours: then it stays, and only passes on.
    if (object[name] !== replacement) return;
    if (own) Object.defineProperty(object, name, own);
    else Reflect.deleteProperty(object, name);
  };
}
