/**
 * A constructor whose `new` returns the object that it is given: an ordinary function. A class that extends it adds its private
 * fields to objects of others, frozen ones too, where no reflection shows them.
 */
export const Given = function (given: object) {
  return given;
} as unknown as new (given: object) => object;
