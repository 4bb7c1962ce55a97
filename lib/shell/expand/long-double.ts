/**
 * Numbers as `long double` of x86_64 (64 bits of mantissa), which bash's printf
 * uses: exact fractions of whole numbers, so that rounding is the real one.
 */

/** value = mantissa × 2^exponent; mantissa 0 or of 64 bits at most. */
export interface LongDouble {
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly special: 'inf' | 'nan' | undefined;
}

const MANTISSA_BITS = 64;
const MOST_DIGITS = 400;

/** Reads what strtold(3) reads at the start of `text`; `rest`: what it left. */
export function readLongDouble(text: string): { value: LongDouble; rest: string } | undefined {
  const special = /^[ \t\n]*([+-]?)(inf(?:inity)?|nan)/i.exec(text);
  if (special !== null)
    return {
      value: {
        negative: special[1] === '-',
        mantissa: 0n,
        exponent: 0,
        special: (special[2] ?? '').toLowerCase().startsWith('inf') ? 'inf' : 'nan',
      },
      rest: text.slice(special[0].length),
    };
  const hex = /^[ \t\n]*([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d+))?/.exec(text);
  if (hex !== null && (hex[2] ?? '') + (hex[3] ?? '') !== '') {
    const digits = (hex[2] ?? '') + (hex[3] ?? '');
    return {
      value: toLongDouble({
        negative: hex[1] === '-',
        numerator: BigInt(`0x${digits}`),
        power: Number(hex[4] ?? 0) - 4 * (hex[3] ?? '').length,
        base: 2,
      }),
      rest: text.slice(hex[0].length),
    };
  }
  const decimal = /^[ \t\n]*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?/.exec(text);
  const digits = (decimal?.[2] ?? '') + (decimal?.[3] ?? '');
  if (decimal === null || digits === '') return undefined;
  return {
    value: toLongDouble({
      negative: decimal[1] === '-',
      numerator: BigInt(digits),
      power: Math.max(-5000, Math.min(5000, Number(decimal[4] ?? 0))) - (decimal[3] ?? '').length,
      base: 10,
    }),
    rest: text.slice(decimal[0].length),
  };
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** Rounds numerator × base^power to 64 bits, halves to even. */
function toLongDouble(input: {
  negative: boolean;
  numerator: bigint;
  power: number;
  base: 2 | 10;
}): LongDouble {
  const { negative } = input;
  if (input.numerator === 0n) return { negative, mantissa: 0n, exponent: 0, special: undefined };
  const scale = BigInt(input.base) ** BigInt(Math.abs(input.power));
  const numerator = input.power >= 0 ? input.numerator * scale : input.numerator;
  const denominator = input.power >= 0 ? 1n : scale;
  let exponent = bitLength(numerator) - bitLength(denominator) - MANTISSA_BITS;
  let mantissa = divideRounded(numerator, denominator, exponent);
  if (bitLength(mantissa) > MANTISSA_BITS) {
    exponent++;
    mantissa = divideRounded(numerator, denominator, exponent);
  }
  return { negative, mantissa, exponent, special: undefined };
}

/** numerator / (denominator × 2^exponent), halves to even. */
function divideRounded(numerator: bigint, denominator: bigint, exponent: number): bigint {
  const top = exponent < 0 ? numerator << BigInt(-exponent) : numerator;
  const bottom = exponent > 0 ? denominator << BigInt(exponent) : denominator;
  return roundHalfEven(top, bottom);
}

function roundHalfEven(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  if (twice > bottom || (twice === bottom && (quotient & 1n) === 1n)) return quotient + 1n;
  return quotient;
}

/** |value| × 10^power as a whole number, halves to even. */
function scaled(value: LongDouble, power: number): bigint {
  let top = value.mantissa;
  let bottom = 1n;
  if (power >= 0) top *= 10n ** BigInt(power);
  else bottom *= 10n ** BigInt(-power);
  if (value.exponent >= 0) top <<= BigInt(value.exponent);
  else bottom <<= BigInt(-value.exponent);
  return roundHalfEven(top, bottom);
}

/** `%f` without sign. */
export function fixed(value: LongDouble, precision: number): string {
  const places = Math.min(precision, MOST_DIGITS);
  const digits = scaled(value, places)
    .toString()
    .padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`;
}

/** `%e` without sign. */
export function exponential(value: LongDouble, precision: number): string {
  const { digits, exponent } = significant(value, Math.min(precision, MOST_DIGITS) + 1);
  const mark = `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${digits[0] ?? '0'}${digits.length > 1 ? `.${digits.slice(1)}` : ''}${mark}`;
}

/** The first `count` significant digits and the power of ten of the first. */
function significant(value: LongDouble, count: number): { digits: string; exponent: number } {
  if (value.mantissa === 0n) return { digits: '0'.repeat(count), exponent: 0 };
  let exponent = Math.floor((bitLength(value.mantissa) + value.exponent - 1) * 0.30102999566398);
  for (;;) {
    const digits = scaled(value, count - 1 - exponent).toString();
    if (digits.length === count) return { digits, exponent };
    exponent += digits.length > count ? 1 : -1;
    if (digits.length > count && digits === `1${'0'.repeat(count)}`)
      return { digits: digits.slice(0, count), exponent };
  }
}

/** `%g` without sign. `keepZeros`: the `#` flag. */
export function general(value: LongDouble, precision: number, keepZeros: boolean): string {
  const count = precision === 0 ? 1 : Math.min(precision, MOST_DIGITS);
  const { exponent } = significant(value, count);
  const strip = (text: string): string =>
    keepZeros || !text.includes('.') ? text : text.replace(/\.?0+$/, '');
  if (exponent < -4 || exponent >= count) {
    const [digits = '', mark = ''] = exponential(value, count - 1).split('e');
    return `${strip(digits)}e${mark}`;
  }
  return strip(fixed(value, count - 1 - exponent));
}

/** `%a` without sign, as glibc writes a long double. */
export function hexadecimal(value: LongDouble): string {
  if (value.mantissa === 0n) return '0x0p+0';
  const bits = bitLength(value.mantissa);
  const full = value.mantissa << BigInt(MANTISSA_BITS - bits);
  const digits = full.toString(16).replace(/0+$/, '');
  const power = value.exponent + bits - 4;
  return `0x${digits[0] ?? '0'}${digits.length > 1 ? `.${digits.slice(1)}` : ''}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}
