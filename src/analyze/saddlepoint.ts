import { normalDensity, normalTail } from './normal-tail.ts';

/** Some of equal score, of whom each may be chosen. */
export interface ScoreLevel {
  readonly count: number;
  readonly score: number;
}

const MAX_STEPS = 100;

/**
 * The probability that the scores of `chosen`, drawn at random without repetition, sum up to more than `sum`, which is not less
 * than what is to be expected; half of what sums up to just `sum` where sums are whole. The double saddlepoint approximation by
 * Skovgaard (1987), "Saddlepoint expansions for conditional distributions", Journal of Applied Probability 24, 875-887: each is
 * chosen on its own, given how many are. Scores are centred.
 */
export function conditionalTail(levels: readonly ScoreLevel[], chosen: number, sum: number): number {
  const all = levels.reduce((total, { count }) => total + count, 0);
  const scale = Math.sqrt(levels.reduce((total, { count, score }) => total + count * score ** 2, 0) / all);
  const scaled = levels.map(({ count, score }) => ({ count, score: score / scale }));
  const share = chosen / all;
  const target = sum / scale;
  const { shift, tilt, determinant, deviance } = saddlepoint(scaled, share, chosen, target);
  const signedRoot = Math.sqrt(Math.max(0, 2 * deviance));
  const standardised = tilt * Math.sqrt(determinant / (all * share * (1 - share)));
  // Near the middle the formula is 0 / 0; half is what it tends to. Far out rounding may make a determinant near 0 negative.
  if (!Number.isFinite(shift) || signedRoot < 1e-4 || !(standardised >= 1e-4)) return normalTail(signedRoot);
  return clamp(normalTail(signedRoot) + normalDensity(signedRoot) * (1 / standardised - 1 / signedRoot));
}

interface Saddlepoint {
  readonly shift: number;
  readonly tilt: number;
  /** Of the second derivatives of the cumulant function. */
  readonly determinant: number;
  /** How far the function at the point lies under that of no tilt. */
  readonly deviance: number;
}

/** Where the tilted choice has the mean that was seen, by Newton's method on a convex function. */
function saddlepoint(levels: readonly ScoreLevel[], share: number, chosen: number, target: number): Saddlepoint {
  let shift = 0;
  let tilt = 0;
  let at = derivatives(levels, share, shift, tilt, chosen, target);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { slopeShift, slopeTilt, shiftShift, shiftTilt, tiltTilt } = at;
    const determinant = shiftShift * tiltTilt - shiftTilt ** 2;
    if (!(determinant > 0)) break;
    const byShift = (tiltTilt * slopeShift - shiftTilt * slopeTilt) / determinant;
    const byTilt = (shiftShift * slopeTilt - shiftTilt * slopeShift) / determinant;
    let length = 1;
    let next = derivatives(levels, share, shift - byShift, tilt - byTilt, chosen, target);
    while (!(next.value <= at.value) && length > 1e-9) {
      length /= 2;
      next = derivatives(levels, share, shift - length * byShift, tilt - length * byTilt, chosen, target);
    }
    const gained = at.value - next.value;
    shift -= length * byShift;
    tilt -= length * byTilt;
    at = next;
    if (Math.abs(gained) < 1e-12 * (1 + Math.abs(at.value))) break;
  }
  return { shift, tilt, determinant: at.shiftShift * at.tiltTilt - at.shiftTilt ** 2, deviance: -at.value };
}

interface Derivatives {
  /** The cumulant function less its argument times what was seen: least at the saddlepoint. */
  readonly value: number;
  readonly slopeShift: number;
  readonly slopeTilt: number;
  readonly shiftShift: number;
  readonly shiftTilt: number;
  readonly tiltTilt: number;
}

function derivatives(
  levels: readonly ScoreLevel[],
  share: number,
  shift: number,
  tilt: number,
  chosen: number,
  target: number,
): Derivatives {
  let value = -shift * chosen - tilt * target;
  let [slopeShift, slopeTilt, shiftShift, shiftTilt, tiltTilt] = [-chosen, -target, 0, 0, 0];
  for (const { count, score } of levels) {
    const exponent = shift + tilt * score;
    value += count * logMean(share, exponent);
    const probability = share / (share + (1 - share) * Math.exp(-exponent));
    const variance = count * probability * (1 - probability);
    slopeShift += count * probability;
    slopeTilt += count * probability * score;
    shiftShift += variance;
    shiftTilt += variance * score;
    tiltTilt += variance * score ** 2;
  }
  return { value, slopeShift, slopeTilt, shiftShift, shiftTilt, tiltTilt };
}

/** log(1 - share + share e^exponent), without overflow. */
function logMean(share: number, exponent: number): number {
  return exponent > 0
    ? exponent + Math.log(share + (1 - share) * Math.exp(-exponent))
    : Math.log1p(share * Math.expm1(exponent));
}

function clamp(probability: number): number {
  return Math.min(0.5, Math.max(0, probability));
}
