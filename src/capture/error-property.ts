type ErrorProperty = 'stackTraceLimit' | 'prepareStackTrace';

/**
 * Runs `use` while `Error[name]` is `value`, and leaves the property as it was found: a value, an accessor (which is not
 * called) or absent. The application and other tools own these properties; nothing of theirs may run in between, so `use` is
 * synchronous. Where the property is locked, `ifLocked` is called instead.
 */
export function withErrorProperty<T>(name: ErrorProperty, value: unknown, use: () => T, ifLocked: () => T): T {
  const found = Object.getOwnPropertyDescriptor(Error, name);
  if (found?.writable === true) return withPlainValue(name, value, found.value, use);
  const wanted = { value, writable: true, configurable: true, enumerable: true };
  if (!Reflect.defineProperty(Error, name, wanted)) return ifLocked();
  try {
    return use();
  } finally {
    if (found === undefined) Reflect.deleteProperty(Error, name);
    else Reflect.defineProperty(Error, name, found);
  }
}

function withPlainValue<T>(name: string, value: unknown, found: unknown, use: () => T): T {
  const holder = Error as unknown as Record<string, unknown>;
  holder[name] = value;
  try {
    return use();
  } finally {
    holder[name] = found;
  }
}
