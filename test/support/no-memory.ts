export const NO_MEMORY = 'Array buffer allocation failed';

/** From now on there is no memory for an array of 32-bit integers, as V8 says it, until the returned function is called. */
export function refuseArrays(): () => void {
  const { Int32Array: whole } = globalThis;
  globalThis.Int32Array = new Proxy(whole, {
    construct(target, args: [unknown]) {
      if (typeof args[0] === 'number') throw new RangeError(NO_MEMORY);
      return Reflect.construct(target, args) as object;
    },
  });
  return () => {
    globalThis.Int32Array = whole;
  };
}
