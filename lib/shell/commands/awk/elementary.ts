/**
 * exp, sin, cos, atan2 and powers from additions and multiplications, so that
 * every engine computes the same (see `lib/std/logarithm`).
 */
import { logarithm } from '../../../std/logarithm';

const LN_2_HIGH = 0.6931471803691238;
const LN_2_LOW = 1.9082149292705877e-10;
const PI = 3.141592653589793;

/** ln x as C has it for every x, sharpened by one step of Newton's method. */
export function naturalLogarithm(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return -Infinity;
  if (x === 1) return 0;
  if (!Number.isFinite(x)) return x;
  const rough = logarithm(x);
  const inverse = exponential(-rough);
  return Number.isFinite(inverse) && inverse > 0 ? rough + (x * inverse - 1) : rough;
}

export function exponential(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const k = Math.round(x / 0.6931471805599453);
  const r = x - k * LN_2_HIGH - k * LN_2_LOW;
  let sum = 1;
  for (let n = 20; n >= 1; n--) sum = 1 + (r / n) * sum;
  return scaled(sum, k);
}

/** x · 2^k without overflow on the way. */
function scaled(x: number, k: number): number {
  let result = x;
  let left = k;
  while (left > 0) {
    const step = Math.min(left, 30);
    result *= 2 ** step;
    left -= step;
  }
  while (left < 0) {
    const step = Math.min(-left, 30);
    result /= 2 ** step;
    left += step;
  }
  return result;
}

export function power(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 1024) return wholePower(base, exponent);
  if (base < 0)
    return Number.isInteger(exponent) ? (exponent % 2 === 0 ? 1 : -1) * power(-base, exponent) : Number.NaN;
  if (base === 0) return exponent > 0 ? 0 : Infinity;
  if (exponent === 0.5) return Math.sqrt(base);
  return exponential(exponent * naturalLogarithm(base));
}

function wholePower(base: number, exponent: number): number {
  let result = 1;
  let factor = base;
  for (let n = Math.abs(exponent); n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= factor;
    factor *= factor;
  }
  return exponent < 0 ? 1 / result : result;
}

/** Into [-π/4, π/4], and which quarter. */
function reduced(x: number): { r: number; quarter: number } {
  const n = Math.round(x / (PI / 2));
  const r = x - n * 1.5707963267341256 - n * 6.077100506506192e-11;
  return { r, quarter: ((n % 4) + 4) % 4 };
}

function sineSeries(r: number): number {
  let sum = 1;
  for (let k = 10; k >= 1; k--) sum = 1 - ((r * r) / (2 * k * (2 * k + 1))) * sum;
  return r * sum;
}
function cosineSeries(r: number): number {
  let sum = 1;
  for (let k = 10; k >= 1; k--) sum = 1 - ((r * r) / (2 * k * (2 * k - 1))) * sum;
  return sum;
}

export function sine(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const { r, quarter } = reduced(x);
  const value = quarter % 2 === 0 ? sineSeries(r) : cosineSeries(r);
  return quarter >= 2 ? -value : value;
}

export function cosine(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const { r, quarter } = reduced(x);
  const value = quarter % 2 === 0 ? cosineSeries(r) : sineSeries(r);
  return quarter === 1 || quarter === 2 ? -value : value;
}

export function arctangent(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return -arctangent(-x);
  if (x > 1) return PI / 2 - arctangent(1 / x);
  // Halve the angle twice: the series then converges fast.
  const half = x / (1 + Math.sqrt(1 + x * x));
  const quarter = half / (1 + Math.sqrt(1 + half * half));
  let sum = 0;
  for (let k = 25; k >= 0; k--) sum = 1 / (2 * k + 1) - quarter * quarter * sum;
  return 4 * quarter * sum;
}

export function arctangent2(y: number, x: number): number {
  if (x > 0) return arctangent(y / x);
  if (x < 0) return y < 0 || Object.is(y, -0) ? arctangent(y / x) - PI : arctangent(y / x) + PI;
  if (y === 0) return Object.is(x, -0) ? (Object.is(y, -0) ? -PI : PI) : y;
  return y > 0 ? PI / 2 : -PI / 2;
}
