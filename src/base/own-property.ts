/**
 * Puts `value` in place of a property of one object, as a property of its own. The returned function takes that away, unless
 * somebody has put something else in its place meanwhile. Throws where the object is frozen.
 */
export function overlayProperty<Name extends PropertyKey>(
  object: Readonly<Record<Name, unknown>>,
  name: Name,
  value: unknown,
): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
  return () => {
    if (object[name] !== value) return;
    if (own) Object.defineProperty(object, name, own);
    else Reflect.deleteProperty(object, name);
  };
}
