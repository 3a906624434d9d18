export const errorDescriptor = (name: string): PropertyDescriptor | undefined =>
  Object.getOwnPropertyDescriptor(Error, name);

/** Runs `part` while `Error[name]` is as the application has it. */
export function having(name: string, descriptor: PropertyDescriptor | undefined, part: () => void): void {
  const before = errorDescriptor(name);
  if (descriptor === undefined) Reflect.deleteProperty(Error, name);
  else Object.defineProperty(Error, name, { configurable: true, ...descriptor });
  try {
    part();
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, name);
    else Object.defineProperty(Error, name, before);
  }
}

/** The same where the application has frozen `Error`: that could not be undone, so only the attempt to change it fails. */
export function locked(name: string, descriptor: PropertyDescriptor | undefined, part: () => void): void {
  const { defineProperty } = Reflect;
  having(name, descriptor, () => {
    Reflect.defineProperty = () => false;
    try {
      part();
    } finally {
      Reflect.defineProperty = defineProperty;
    }
  });
}
