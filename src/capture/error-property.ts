type ErrorProperty = 'stackTraceLimit' | 'prepareStackTrace';

/**
 * Runs `use` while `Error[name]` is `value`, and leaves the property as it was found: a value, an accessor (which is not called) or
 * absent. Where the property is locked, `ifLocked` is called instead. The application and other tools own these properties; nothing
 * of theirs may run in between.
 */
export function withErrorProperty<T>(name: ErrorProperty, value: unknown, use: () => T, ifLocked: () => T): T {
  const holder = Error as unknown as Record<string, unknown>;
  const found = Object.getOwnPropertyDescriptor(Error, name);
  const isPlain = found?.writable === true;
  if (isPlain) holder[name] = value;
  else if (!Reflect.defineProperty(Error, name, { value, writable: true, configurable: true, enumerable: true }))
    return ifLocked();
  try {
    return use();
  } finally {
    // In here, not in a function of its own: of that the stack may have no more room.
    if (isPlain) holder[name] = found.value;
    else if (found === undefined) Reflect.deleteProperty(Error, name);
    else Reflect.defineProperty(Error, name, found);
  }
}
