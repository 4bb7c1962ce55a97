/**
 * Numbers as printf(3) of C writes them. JavaScript's toFixed and
 * toExponential are exact but round ties up; C rounds them to even.
 */

export interface NumberFormat {
  /** `-`, `+`, ` `, `#`, `0`, `'` in any order. */
  readonly flags: string;
  readonly width: number;
  /** undefined: the conversion's own. */
  readonly precision: number | undefined;
}

const MOST_DIGITS = 100;
const GUARD = 25;

/** `%d` and `%i`. */
export function formatSigned(value: bigint, format: NumberFormat): string {
  const digits = withPrecision((value < 0n ? -value : value).toString(), format);
  return padNumber(signOf(value < 0n, format.flags), digits, format, format.precision === undefined);
}

/** `%u`, `%o`, `%x`, `%X`. */
export function formatUnsigned(
  value: bigint,
  conversion: 'u' | 'o' | 'x' | 'X',
  format: NumberFormat,
): string {
  const base = conversion === 'o' ? 8 : conversion === 'u' ? 10 : 16;
  let digits = withPrecision(value.toString(base), format);
  if (conversion === 'X') digits = digits.toUpperCase();
  if (conversion === 'o' && format.flags.includes('#') && !digits.startsWith('0')) digits = `0${digits}`;
  const prefix = base === 16 && format.flags.includes('#') && value !== 0n ? `0${conversion}` : '';
  return padNumber(prefix, digits, format, format.precision === undefined);
}

/** `%e`, `%f`, `%g`, `%a` and their capitals. */
export function formatFloat(value: number, conversion: string, format: NumberFormat): string {
  const isUpper = conversion === conversion.toUpperCase();
  const sign = signOf(value < 0 || Object.is(value, -0), format.flags);
  const size = Math.abs(value);
  if (!Number.isFinite(size)) {
    const word = Number.isNaN(size) ? 'nan' : 'inf';
    return padNumber(
      Number.isNaN(value) ? signOf(false, format.flags) : sign,
      isUpper ? word.toUpperCase() : word,
      { ...format, flags: format.flags.replace('0', '') },
      false,
    );
  }
  const text = floatDigits(size, conversion.toLowerCase(), format);
  return padNumber(sign, isUpper ? text.toUpperCase() : text, format, true);
}

function floatDigits(size: number, conversion: string, format: NumberFormat): string {
  const precision = Math.min(format.precision ?? 6, 1000);
  const isAlternate = format.flags.includes('#');
  switch (conversion) {
    case 'f': {
      const text = fixed(size, precision);
      const whole = text.split('.')[0] ?? '';
      const rest = text.slice(whole.length);
      return whole + (isAlternate && rest === '' ? '.' : rest);
    }
    case 'e':
      return exponential(size, precision);
    case 'a':
      return hexadecimal(size);
    default:
      return general(size, precision === 0 ? 1 : precision, isAlternate);
  }
}

/** `%.Nf` of a number that is not negative. */
export function fixed(size: number, precision: number): string {
  if (size >= 1e21)
    return precision === 0 ? BigInt(size).toString() : `${BigInt(size).toString()}.${'0'.repeat(precision)}`;
  if (precision > MOST_DIGITS) return size.toFixed(MOST_DIGITS) + '0'.repeat(precision - MOST_DIGITS);
  const text = size.toFixed(precision);
  if (precision + GUARD > MOST_DIGITS) return text;
  const longer = size.toFixed(precision + GUARD);
  return isTie(longer, GUARD) ? evenOf(longer, GUARD, text) : text;
}

function exponential(size: number, precision: number): string {
  const digits = Math.min(precision, MOST_DIGITS);
  let text = size.toExponential(digits);
  if (digits + GUARD <= MOST_DIGITS) {
    const [longer = '', exponent = ''] = size.toExponential(digits + GUARD).split('e');
    if (isTie(longer, GUARD)) {
      const [mantissa = ''] = text.split('e');
      text = `${evenOf(longer, GUARD, mantissa)}e${exponent}`;
    }
  }
  const [mantissa = '', exponent = '+0'] = text.split('e');
  const power = exponent.slice(1).padStart(2, '0');
  return `${mantissa}${'0'.repeat(precision - digits)}e${exponent[0]}${power}`;
}

/** Whether the digits after the place are exactly one half. */
function isTie(longer: string, guard: number): boolean {
  const tail = longer.slice(longer.length - guard);
  return tail[0] === '5' && /^50*$/.test(tail);
}

/** The tie cut off when its last digit is even; rounded up as it was otherwise. */
function evenOf(longer: string, guard: number, roundedUp: string): string {
  const cut = longer.slice(0, longer.length - guard).replace(/\.$/, '');
  const last = Number(cut[cut.length - 1]);
  return last % 2 === 0 ? cut : roundedUp;
}

function general(size: number, precision: number, isAlternate: boolean): string {
  const scientific = exponential(size, precision - 1);
  const power = size === 0 ? 0 : Number(scientific.split('e')[1]);
  const text = power < -4 || power >= precision ? scientific : fixed(size, precision - 1 - power);
  if (isAlternate) return text;
  const [mantissa = '', exponent] = text.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return exponent === undefined ? short : `${short}e${exponent}`;
}

function hexadecimal(size: number): string {
  if (size === 0) return '0x0p+0';
  let mantissa = size;
  let power = 0;
  for (; mantissa >= 2; power++) mantissa /= 2;
  for (; mantissa < 1; power--) mantissa *= 2;
  return `0x${mantissa.toString(16)}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function withPrecision(digits: string, format: NumberFormat): string {
  if (format.precision === undefined) return digits;
  return format.precision === 0 && digits === '0' ? '' : digits.padStart(format.precision, '0');
}

function padNumber(sign: string, digits: string, format: NumberFormat, zerosAllowed: boolean): string {
  const { flags, width } = format;
  if (flags.includes('-')) return (sign + digits).padEnd(width);
  if (flags.includes('0') && zerosAllowed) return sign + digits.padStart(width - sign.length, '0');
  return (sign + digits).padStart(width);
}

/** `%s` and `%c`. */
export function formatText(text: string, format: NumberFormat): string {
  const characters =
    format.precision === undefined ? undefined : [...text].slice(0, format.precision).join('');
  const cut = characters ?? text;
  const padding = ' '.repeat(Math.max(0, format.width - [...cut].length));
  return format.flags.includes('-') ? cut + padding : padding + cut;
}
