type ErrorProperty = 'stackTraceLimit' | 'prepareStackTrace';

/**
 * Sets `Error[name]` and gives a function that leaves the property as it was found: a value, an accessor (which is not called)
 * or absent. Undefined where the property is locked. The application and other tools own these properties; nothing of theirs
 * may run in between.
 */
function setErrorProperty(name: ErrorProperty, value: unknown): (() => void) | undefined {
  const found = Object.getOwnPropertyDescriptor(Error, name);
  if (found?.writable === true) {
    const holder = Error as unknown as Record<string, unknown>;
    holder[name] = value;
    return () => void (holder[name] = found.value);
  }
  const wanted = { value, writable: true, configurable: true, enumerable: true };
  if (!Reflect.defineProperty(Error, name, wanted)) return undefined;
  return () => {
    if (found === undefined) Reflect.deleteProperty(Error, name);
    else Reflect.defineProperty(Error, name, found);
  };
}

/** Runs `use` while `Error[name]` is `value`; where the property is locked, `ifLocked` is called instead. */
export function withErrorProperty<T>(name: ErrorProperty, value: unknown, use: () => T, ifLocked: () => T): T {
  const restore = setErrorProperty(name, value);
  if (restore === undefined) return ifLocked();
  try {
    return use();
  } finally {
    restore();
  }
}
