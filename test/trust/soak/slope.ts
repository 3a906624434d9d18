/** Slope of a line through values at equal distances, with the half width of its 95 % interval. */
export interface Slope {
  readonly perStep: number;
  readonly halfWidth: number;
}

/**
 * Least squares. The residuals of memory hang together (a heap that has grown stays so for a while): the interval is wider by what their
 * correlation from step to step makes of the number of independent values.
 */
export function slopeOf(values: readonly number[]): Slope {
  const n = values.length;
  const centre = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = values.reduce((sum, _, i) => sum + (i - centre) ** 2, 0);
  const perStep = values.reduce((sum, value, i) => sum + (i - centre) * (value - mean), 0) / spread;
  const residuals = values.map((value, i) => value - mean - perStep * (i - centre));
  const squares = residuals.reduce((sum, one) => sum + one ** 2, 0);
  const products = residuals.slice(1).reduce((sum, one, i) => sum + one * residuals[i]!, 0);
  const correlation = Math.min(Math.max(squares === 0 ? 0 : products / squares, 0), 0.95);
  const inflation = (1 + correlation) / (1 - correlation);
  return { perStep, halfWidth: 2 * Math.sqrt(((squares / (n - 2)) * inflation) / spread) };
}

/** Of two that were measured apart. */
export function differenceOf(one: Slope, other: Slope): Slope {
  return { perStep: one.perStep - other.perStep, halfWidth: Math.hypot(one.halfWidth, other.halfWidth) };
}
