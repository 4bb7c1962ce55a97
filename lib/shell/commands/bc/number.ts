/** bc's numbers: decimal fractions of any length, cut (never rounded) to a scale. Source: bc 1.07.1 `number.c`. */

/** `units` / 10^`scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };
export const ONE: Decimal = { units: 1n, scale: 0 };

const POWERS: bigint[] = [1n];

export function tenTo(n: number): bigint {
  for (let i = POWERS.length; i <= n && i < 200; i++) POWERS.push((POWERS[i - 1] ?? 1n) * 10n);
  return POWERS[n] ?? 10n ** BigInt(n);
}

export function fromInteger(n: number | bigint): Decimal {
  return { units: BigInt(n), scale: 0 };
}

/** The same number with another number of digits; surplus digits are cut off. */
export function withScale(a: Decimal, scale: number): Decimal {
  if (scale >= a.scale) return { units: a.units * tenTo(scale - a.scale), scale };
  return { units: a.units / tenTo(a.scale - scale), scale };
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [withScale(a, scale).units, withScale(b, scale).units, scale];
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { units: x + y, scale };
}
export function subtract(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { units: x - y, scale };
}
export function negate(a: Decimal): Decimal {
  return { units: -a.units, scale: a.scale };
}
export function compare(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}
export function isZero(a: Decimal): boolean {
  return a.units === 0n;
}

/** Scale of the result: at most both scales together, at least `scale` and either scale. */
export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const full = { units: a.units * b.units, scale: a.scale + b.scale };
  return withScale(full, Math.min(full.scale, Math.max(scale, a.scale, b.scale)));
}

export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  const shift = scale + b.scale - a.scale;
  const units = shift >= 0 ? (a.units * tenTo(shift)) / b.units : a.units / (b.units * tenTo(-shift));
  return { units, scale };
}

export function modulo(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale);
  const rest = Math.max(a.scale, b.scale + scale);
  const product = { units: quotient.units * b.units, scale: quotient.scale + b.scale };
  return withScale(subtract(a, product), rest);
}

export function power(a: Decimal, exponent: bigint, scale: number): Decimal {
  const size = exponent < 0n ? -exponent : exponent;
  const full: Decimal = { units: raised(a.units, size), scale: a.scale * Number(size) };
  if (exponent >= 0n) return withScale(full, Math.min(full.scale, Math.max(scale, a.scale)));
  return divide(ONE, full, scale);
}

/** undefined of a negative number. */
export function squareRoot(a: Decimal, scale: number): Decimal | undefined {
  if (a.units < 0n) return undefined;
  const digits = Math.max(scale, a.scale);
  const radicand = withScale(a, digits * 2).units;
  return { units: integerRoot(radicand), scale: digits };
}

function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

export function integerPart(a: Decimal): bigint {
  return a.units / tenTo(a.scale);
}

/** Digits of a number that are significant: `length()`. */
export function digitsOf(a: Decimal): number {
  const text = (a.units < 0n ? -a.units : a.units).toString();
  return a.units === 0n ? Math.max(1, a.scale) : Math.max(text.length, a.scale);
}

const LINE = 69;

/** As bc prints: no zero before the point, long numbers broken with a backslash. */
export function show(a: Decimal, base: number): string {
  return broken(base === 10 ? decimalText(a) : inBase(a, base));
}

function decimalText(a: Decimal): string {
  const digits = (a.units < 0n ? -a.units : a.units).toString().padStart(a.scale, '0');
  const whole = digits.slice(0, digits.length - a.scale);
  const fraction = digits.slice(digits.length - a.scale);
  if (a.units === 0n) return '0';
  const sign = a.units < 0n ? '-' : '';
  const front = whole === '0' && a.scale > 0 ? '' : whole;
  return `${sign}${front}${a.scale > 0 ? `.${fraction}` : ''}`;
}

function inBase(a: Decimal, base: number): string {
  const sign = a.units < 0n ? '-' : '';
  const size: Decimal = a.units < 0n ? negate(a) : a;
  const whole = integerPart(size);
  const wide = base > 16;
  const width = String(base - 1).length;
  const digit = (value: bigint): string =>
    wide ? ` ${value.toString().padStart(width, '0')}` : value.toString(16).toUpperCase();
  let out = '';
  for (let rest = whole; rest > 0n; rest /= BigInt(base)) out = digit(rest % BigInt(base)) + out;
  if (a.scale === 0) return sign + (out === '' ? (wide ? digit(0n) : '0') : out);
  // As many digits as it takes to hold the decimal places.
  let fraction = size.units - whole * tenTo(size.scale);
  const unit = tenTo(size.scale);
  let digits = '';
  for (let weight = 1n; weight < unit; weight *= BigInt(base)) {
    fraction *= BigInt(base);
    digits += digit(fraction / unit);
    fraction %= unit;
  }
  if (size.units === 0n) return '0';
  return `${sign}${out}.${digits}`;
}

function broken(text: string): string {
  if (text.length <= LINE) return text;
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += LINE - 1) lines.push(text.slice(at, at + LINE - 1));
  return lines.join('\\\n');
}

/** By repeated squaring. */
function raised(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n, square *= square)
    if ((rest & 1n) === 1n) result *= square;
  return result;
}
