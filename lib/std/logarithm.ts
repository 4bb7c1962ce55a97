/**
 * The natural logarithm from additions and multiplications alone, which IEEE
 * 754 fixes to the bit. (`Math.log` is left to the engine by ECMA-262, and
 * engines differ.)
 */

const STEPS = 128;
const LN_2 = 0.6931471805599453;

// For the middle of each of the 128 steps between 1 and 2: its reciprocal and its logarithm.
const reciprocals = new Float64Array(STEPS);
const logarithms = new Float64Array(STEPS);

for (let step = 0; step < STEPS; step++) {
  const middle = 1 + (step + 0.5) / STEPS;
  reciprocals[step] = 1 / middle;
  logarithms[step] = -seriesOf(1 / middle);
}

/** ln x by 2·artanh((x-1)/(x+1)), good to the last bits for x in [0.5, 2]. */
function seriesOf(x: number): number {
  const z = (x - 1) / (x + 1);
  let sum = 0;
  for (let k = 41; k >= 1; k -= 2) sum = sum * z * z + 1 / k;
  return 2 * z * sum;
}

/** ln m for m in [1, 2): table plus a short series around the step's middle. */
function mantissaLogarithm(m: number, step: number): number {
  const r = m * (reciprocals[step] ?? 0) - 1;
  const series = 1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4 - r * (1 / 5 - r / 6))));
  return (logarithms[step] ?? 0) + r * series;
}

/** ln((n + ½) / 2^32) for an unsigned 32-bit n: always negative and finite. */
export function logarithmOfUint32(n: number): number {
  if (n === 0) return -33 * LN_2;
  const shift = Math.clz32(n);
  // 32 bits with the top one set, and the half that follows them.
  const top = (n << shift) >>> 0;
  const m = (top + ((1 << shift) >>> 0) * 0.5) / 0x80000000;
  return mantissaLogarithm(m, (top >>> 24) & 127) - (shift + 1) * LN_2;
}

/** ln x for a positive, finite x. */
export function logarithm(x: number): number {
  let m = x;
  let exponent = 0;
  while (m >= 2) {
    m /= 2;
    exponent++;
  }
  while (m < 1) {
    m *= 2;
    exponent--;
  }
  return mantissaLogarithm(m, Math.floor((m - 1) * STEPS)) + exponent * LN_2;
}
