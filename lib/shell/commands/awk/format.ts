/** printf of awk. Source: gawk 5.2 `builtin.c`, format_tree. */
import { formatFloat, formatSigned, formatText, formatUnsigned, type NumberFormat } from '../c-format';
import { specialNumber, toNumber, toText, type Value } from './value';

/** The arguments ran out: the format up to there is shown. */
export class MissingArgument extends Error {
  constructor(readonly at: number) {
    super('not enough arguments to satisfy format string');
  }
}

const DIRECTIVE = /%(?:(\d+)\$)?([-+ #0']*)(\*|\d*)(?:\.(\*|-?\d*))?[hlLqjzt]*([^])?/g;

export function formatValues(format: string, args: readonly Value[], convfmt: string): string {
  let next = 0;
  let out = '';
  let copied = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    const [written, position, flags = '', width = '', precision, conversion] = match;
    out += format.slice(copied, match.index);
    copied = match.index + written.length;
    if (conversion === '%') {
      out += '%';
      continue;
    }
    const take = (): Value => {
      if (next >= args.length) throw new MissingArgument(match.index + written.length - 1);
      return args[next++];
    };
    if (conversion === undefined || !'diouxXcseEfFgGaA'.includes(conversion)) {
      out += written;
      continue;
    }
    const shape = shapeOf(flags, width, precision, take);
    const value = position === undefined ? take() : args[Number(position) - 1];
    out += convert(conversion, value, shape, convfmt);
  }
  return out + format.slice(copied);
}

function shapeOf(
  flags: string,
  width: string,
  precision: string | undefined,
  take: () => Value,
): NumberFormat {
  const given = width === '*' ? Math.trunc(toNumber(take())) : Number(width);
  const wanted =
    precision === undefined
      ? undefined
      : precision === '*'
        ? Math.trunc(toNumber(take()))
        : Number(precision);
  return {
    flags: given < 0 ? `${flags}-` : flags,
    width: Math.min(Math.abs(given), 100_000),
    precision: wanted === undefined || wanted < 0 ? undefined : wanted,
  };
}

function convert(conversion: string, value: Value, shape: NumberFormat, convfmt: string): string {
  switch (conversion) {
    case 's':
      return formatText(toText(value, convfmt), shape);
    case 'c':
      return formatText(characterOf(value), { ...shape, precision: undefined });
    case 'd':
    case 'i': {
      const number = Math.trunc(toNumber(value));
      if (!Number.isFinite(number))
        return formatText(specialNumber(number), { ...shape, precision: undefined });
      return formatSigned(BigInt(number), shape);
    }
    case 'o':
    case 'u':
    case 'x':
    case 'X': {
      const number = Math.trunc(toNumber(value));
      if (!Number.isFinite(number))
        return formatText(specialNumber(number), { ...shape, precision: undefined });
      return formatUnsigned(BigInt.asUintN(64, BigInt(number)), conversion, shape);
    }
    default: {
      const number = toNumber(value);
      if (!Number.isFinite(number))
        return formatText(specialNumber(number), { ...shape, precision: undefined });
      return formatFloat(number, conversion, shape);
    }
  }
}

function characterOf(value: Value): string {
  if (typeof value === 'string' || value === undefined) return [...(value ?? '')][0] ?? '\0';
  const code = Math.trunc(toNumber(value));
  if (code < 0 || code > 0x10ffff) return String.fromCharCode(0xdc00 + (code & 255));
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
}
