const LOG_DENSITY_AT_0 = -0.5 * Math.log(2 * Math.PI);
/** From here on the continued fraction is exact to double precision with its terms. */
const FAR = 3;
const TERMS = 60;

/** The density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(LOG_DENSITY_AT_0 - (z * z) / 2);
}

/** The probability of more than `z` under the standard normal distribution, to 10 digits also far out. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return z < FAR ? 0.5 - centralArea(z) : farTail(z);
}

/** The area from 0 to z, by the series of odd powers over odd factorials. */
function centralArea(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum * normalDensity(z);
}

/** Laplace's continued fraction. */
function farTail(z: number): number {
  let fraction = z;
  for (let term = TERMS; term > 0; term--) fraction = z + term / fraction;
  return normalDensity(z) / fraction;
}
