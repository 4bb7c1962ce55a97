/** Awk's values: numbers, strings, and input that looks like a number. */
import { formatFloat, formatSigned } from '../c-format';
import { compareBytes } from '../collation';

/** Text from outside that also counts as its number. */
export class NumericText {
  constructor(
    readonly text: string,
    readonly number: number,
  ) {}
}
/** undefined: never assigned. */
export type Value = number | string | NumericText | undefined;

const LOOKS_NUMERIC =
  /^[ \t\n\r\f\v]*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|(?:inf|nan))[ \t\n\r\f\v]*$/i;
const NUMBER_PREFIX = /^[ \t\n\r\f\v]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;

/** A field, a line of getline, an element of split, a -v value. */
export function fromInput(text: string): Value {
  const first = text.charCodeAt(0);
  // Most text begins with a letter: spare it the expression.
  if (first > 57 && first !== 73 && first !== 78 && first !== 105 && first !== 110) return text;
  if (!LOOKS_NUMERIC.test(text)) return text;
  if (/[in]/i.test(text)) {
    // Only signed forms are numbers: "+inf", "-nan".
    if (!/^\s*[+-](?:inf|nan)\s*$/i.test(text)) return text;
    const negative = text.includes('-');
    return new NumericText(text, /nan/i.test(text) ? Number.NaN : negative ? -Infinity : Infinity);
  }
  return new NumericText(text, Number(text));
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  if (typeof value !== 'string') return value.number;
  const prefix = NUMBER_PREFIX.exec(value)?.[1];
  if (prefix !== undefined) return Number(prefix);
  const special = /^\s*([+-])(inf|nan)/i.exec(value);
  if (special === null) return 0;
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

export function toText(value: Value, convfmt: string): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  return typeof value === 'number' ? numberText(value, convfmt) : value.text;
}

/** A number as text: whole ones in full, others by CONVFMT or OFMT. */
export function numberText(value: number, format: string): string {
  if (Number.isInteger(value)) {
    if (Math.abs(value) < 1e16) return value === 0 ? '0' : String(value);
    return formatSigned(BigInt(value), { flags: '', width: 0, precision: undefined });
  }
  if (!Number.isFinite(value)) return specialNumber(value);
  const match = /^%([-+ #0]*)(\d*)(?:\.(\d+))?([eEfFgGdi])$/.exec(format);
  if (match === null) return formatFloat(value, 'g', { flags: '', width: 0, precision: 6 });
  const conversion = match[4] ?? 'g';
  const shape = {
    flags: match[1] ?? '',
    width: Number(match[2] ?? 0),
    precision: match[3] === undefined ? undefined : Number(match[3]),
  };
  if (conversion === 'd' || conversion === 'i') return formatSigned(BigInt(Math.trunc(value)), shape);
  return formatFloat(value, conversion, shape);
}

export function specialNumber(value: number): string {
  if (Number.isNaN(value)) return '-nan';
  return value > 0 ? '+inf' : '-inf';
}

export function toBoolean(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (value === undefined) return false;
  return typeof value === 'string' ? value !== '' : value.number !== 0;
}

/** Numbers compare as numbers; as soon as one side is a plain string, both are strings. */
export function compareValues(a: Value, b: Value, convfmt: string): number {
  if (typeof a !== 'string' && typeof b !== 'string') {
    const x = toNumber(a);
    const y = toNumber(b);
    // gawk puts NaN above everything.
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : -1;
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return compareBytes(toText(a, convfmt), toText(b, convfmt));
}

export function equalValues(a: Value, b: Value, convfmt: string): boolean {
  if (typeof a !== 'string' && typeof b !== 'string') return toNumber(a) === toNumber(b);
  return toText(a, convfmt) === toText(b, convfmt);
}
